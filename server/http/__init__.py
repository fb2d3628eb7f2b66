"""What all resources share: problems, authentication, the guard at the door, ETags, paging, the API document."""
