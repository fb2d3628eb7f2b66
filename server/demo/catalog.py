"""What the demo shop sells, where it sends it and how fast. Every name, carrier and id is invented."""

from dataclasses import dataclass
from typing import Final

SHOP_ID: Final = "990000417"
SHOP_NAME: Final = "青禾拾光家居店（演示）"
SHOP_CATEGORY: Final = "居家日百"
CREATORS: Final = ("880000000101", "880000000102", "880000000103")


@dataclass(frozen=True)
class Product:
    """`appeal`: relative share of orders. Rates: probabilities per delivered order, `low_star` that of 1-2 stars.

    `size`: that its buyer finds it other than the page said.
    """

    id: str
    name: str
    category: tuple[str, ...]
    price: int
    appeal: float
    low_star: float = 0.03
    quality: float = 0.006
    damage: float = 0.003
    size: float = 0.006
    presale: bool = False


BAD_PRODUCT: Final = "3600000000000000007"

PRODUCTS: Final = (
    Product("3600000000000000001", "免打孔浴室置物架 双层", ("居家日用", "收纳整理", "置物架"), 3990, 9),
    Product("3600000000000000002", "棉麻桌布 圆角款", ("居家日用", "居家布艺", "桌布"), 4590, 6),
    Product("3600000000000000003", "可叠加抽屉收纳盒 三只装", ("居家日用", "收纳整理", "收纳盒"), 5980, 8),
    Product("3600000000000000004", "硅藻泥吸水地垫", ("居家日用", "居家布艺", "地垫"), 2990, 10),
    Product("3600000000000000005", "玻璃密封罐 六件套", ("餐厨用具", "厨房储物", "密封罐"), 6990, 5, damage=0.06),
    Product("3600000000000000006", "陶瓷手绘饭碗 四只装", ("餐厨用具", "餐具", "碗"), 7990, 4, damage=0.028),
    Product(BAD_PRODUCT, "伸缩晾衣杆 加厚款", ("居家日用", "家庭清洁", "晾晒"), 4290, 8, low_star=0.3, quality=0.09),
    Product(
        "3600000000000000008",
        "厨房吸油纸 八卷装",
        ("居家日用", "家庭清洁", "厨房用纸"),
        2490,
        12,
        low_star=0.015,
        quality=0.025,
    ),
    Product("3600000000000000009", "懒人拖把 替换布十片", ("居家日用", "家庭清洁", "拖把"), 1990, 9),
    Product("3600000000000000010", "遮光窗帘 免打孔", ("居家日用", "居家布艺", "窗帘"), 8900, 4, presale=True),
    Product("3600000000000000011", "香薰蜡烛礼盒", ("居家日用", "家居饰品", "香薰"), 5900, 5),
    Product("3600000000000000012", "不锈钢沥水篮", ("餐厨用具", "厨房储物", "沥水篮"), 3290, 7, low_star=0.02),
    Product("3600000000000000013", "记忆棉腰靠垫", ("居家日用", "居家布艺", "靠垫"), 6590, 5),
    Product("3600000000000000014", "实木砧板 整木款", ("餐厨用具", "烹饪用具", "砧板"), 7590, 3, quality=0.012),
    Product("3600000000000000015", "折叠脏衣篮 大号", ("居家日用", "收纳整理", "脏衣篮"), 2790, 7, size=0.1),
)
PRODUCT_BY_ID: Final = {product.id: product for product in PRODUCTS}


@dataclass(frozen=True)
class Province:
    """`weight`: share of orders. `hours`: usual transit. `promised`: days the route promises after the dispatch day."""

    name: str
    cities: tuple[str, ...]
    weight: float
    hours: float
    promised: int
    remote: bool = False


PROVINCES: Final = (
    Province("浙江省", ("杭州市", "宁波市", "金华市"), 14, 22, 2),
    Province("江苏省", ("南京市", "苏州市", "徐州市"), 13, 26, 2),
    Province("上海市", ("上海市",), 8, 22, 2),
    Province("广东省", ("广州市", "深圳市", "湛江市"), 15, 42, 3),
    Province("山东省", ("济南市", "青岛市", "临沂市"), 10, 38, 3),
    Province("河南省", ("郑州市", "洛阳市"), 8, 38, 3),
    Province("四川省", ("成都市", "绵阳市"), 8, 52, 4),
    Province("湖北省", ("武汉市", "宜昌市"), 7, 36, 3),
    Province("北京市", ("北京市",), 6, 40, 3),
    Province("辽宁省", ("沈阳市", "大连市"), 5, 52, 4),
    Province("甘肃省", ("兰州市", "天水市"), 3, 72, 5, remote=True),
    Province("新疆维吾尔自治区", ("乌鲁木齐市", "喀什地区"), 3, 104, 7, remote=True),
)


@dataclass(frozen=True)
class Courier:
    """`pace` multiplies a route's hours; `slow_pace` is its pace to remote provinces in the last weeks."""

    code: str
    name: str
    weight: float
    pace: float
    slow_pace: float


SLOW_COURIER: Final = "yunlu"

COURIERS: Final = (
    Courier("beichen", "北辰速运", 3, 0.8, 0.8),
    Courier("heyi", "合一快递", 4, 1.0, 1.0),
    Courier(SLOW_COURIER, "云路快递", 3, 1.1, 1.9),
)
COURIER_BY_CODE: Final = {courier.code: courier for courier in COURIERS}
