"""The demo shop: an invented Douyin shop, the pages it would be seen on, and the browser that opens them."""
