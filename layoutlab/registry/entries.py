"""Which public data do we know? Names, publishers' addresses, hashes, licences, citations, tables.

Every address names one commit of a public repository, so that it cannot change under us. Where the
file we read is not the publisher's own, its `recipe` (see `layoutlab.registry.recipes`) makes it
from the publisher's files; `content_sha256` is what says that it came out right.
"""

from datetime import date, timedelta

from layoutlab.registry.floorplans import (
    BOOKSTORE,
    CONVENIENCE_STORE,
    MALL_FLOORPLANS,
    SUPERCENTER_POINTS,
)
from layoutlab.registry.layouts import QAPLIB, SRFLP, UAFLP
from layoutlab.registry.next_basket import DUNNHUMBY_CARBO, TAFENG
from layoutlab.registry.records import GITHUB, DataFile, Dataset

__all__ = ["DATASETS", "DataFile", "Dataset"]


def _trading_days() -> list[date]:
    """Return the 305 days with invoices in Online Retail: no Saturdays, no English holidays."""
    first, n_days = date(2010, 12, 1), 374
    winter = {date(2010, 12, 24) + timedelta(days) for days in range(11)}
    spring = {date(2011, 4, day) for day in (22, 24, 25, 29)} | {
        date(2011, 5, 2),
        date(2011, 5, 30),
    }
    closed = winter | spring | {date(2011, 8, 29)}
    days = [first + timedelta(days) for days in range(n_days)]
    return [day for day in days if day.weekday() != 5 and day not in closed]


_ARULES = f"{GITHUB}/mhahsler/arules/814537d4da5dcca48c58212b6b397624d8bdd537/data_src/Groceries"
_SPARK = f"{GITHUB}/databricks/Spark-The-Definitive-Guide/4ba5601eb9b9aed1d01ab79775e3af228216ff6f"
_FIMI = f"{GITHUB}/joapingut/aia-1718-t5/53cfe60656e5da769d21915f00ca789b777eb248"
_SHOPPERS = f"{GITHUB}/wood-dev/randomized-optimization/7ad765abf8e1e0e6c37d40a8f871d0c7bbbb788b"
_OMNICHANNEL = (
    f"{GITHUB}/JoyjitBhowmick/Omnichannel-Retail-Datasets/e561429f63a3b200911187413054818cacac5509"
)

GROCERIES = Dataset(
    name="groceries",
    title="Groceries: one month of a shop's till, 9,835 baskets of 169 categories",
    address="https://github.com/mhahsler/arules",
    licence="GPL-3 (of the R package arules, which ships it); cite the paper",
    citation=(
        "M. Hahsler, K. Hornik, T. Reutterer (2006), Implications of probabilistic data modeling "
        "for mining association rules"
    ),
    files=(
        DataFile(
            name="baskets.csv.gz",
            sha256="365cacf48b0e56c709ea8fd7ca5f351f3972ec7db62edb50e15f11ccf79e1d5c",
            content_sha256="41c93bc0dfc1ab57134ecb7ba825e8dc93c6aa36fc139567a68883e493fcbff2",
            sources=(f"{_ARULES}/Groceries.data",),
            recipe="basket_lines",
        ),
        DataFile(
            name="items.csv.gz",
            sha256="cd5c921d5ec55a26ec9f1c71b5420552b9a661239ac76fcbf400d7299bc4a831",
            content_sha256="14808ae245bd6774b512a6af9dd19edc9ea090ee33915f7ea3804e15e80e5f52",
            sources=tuple(
                f"{_ARULES}/Groceries.{part}" for part in ("labels", "cat2.labels", "cat1.labels")
            ),
            recipe="item_hierarchy",
        ),
    ),
    tables={"receipts": "groceries_receipts", "items": "groceries_items"},
)

ONLINE_RETAIL = Dataset(
    name="online-retail",
    title="UCI Online Retail: 541,909 invoice lines of a British gift shop, 2010-12 to 2011-12",
    address="https://doi.org/10.24432/C5BW33",
    licence="CC BY 4.0",
    citation=(
        "D. Chen, S. L. Sain, K. Guo (2012), Data mining for the online retail industry, Journal "
        "of Database Marketing & Customer Strategy Management 19; UCI Machine Learning Repository "
        "352, Online Retail"
    ),
    files=(
        DataFile(
            name="online_retail.csv.gz",
            sha256="24bb5fccf34d11309a5b1462ea4b875ebf120ec76fb38b2df2ddc308656f0623",
            content_sha256="959c8b3847939247e4007cbbd6dfcf3fdc78bc8236a08eba94565e15679914d8",
            sources=tuple(
                f"{_SPARK}/data/retail-data/by-day/{day.isoformat()}.csv" for day in _trading_days()
            ),
            recipe="joined_days",
        ),
    ),
    tables={"receipts": "online_retail_receipts"},
)

ONLINE_SHOPPERS = Dataset(
    name="online-shoppers",
    title="UCI Online Shoppers Purchasing Intention: 12,330 visits, 1,908 with a purchase",
    address="https://archive.ics.uci.edu/dataset/468/online+shoppers+purchasing+intention+dataset",
    licence="CC BY 4.0",
    citation=(
        "C. O. Sakar, S. O. Polat, M. Katircioglu, Y. Kastro (2019), Real-time prediction of "
        "online shoppers' purchasing intention using multilayer perceptron and LSTM recurrent "
        "neural networks, Neural Computing and Applications 31, 6893-6908, "
        "doi 10.1007/s00521-018-3523-0"
    ),
    files=(
        DataFile(
            name="online_shoppers_intention.csv.gz",
            sha256="c8810b9b670bea8700b7b16722e34c954647de37107177de3ec9d89aefa32af8",
            content_sha256="3dd2006ccf9ddceccb8c7bdadf175114691770af8b353a2c551a4181719904ee",
            sources=(f"{_SHOPPERS}/data/online_shoppers_intention.csv",),
        ),
    ),
    tables={"visits": "online_shoppers_intention.csv.gz"},
)

BELGIAN_RETAIL = Dataset(
    name="belgian-retail",
    title="Belgian retail: 88,162 receipts of an anonymous supermarket, 1999-12 to 2000-11",
    address="http://fimi.uantwerpen.be/data/",
    licence="any use, with acknowledgement and a copy of the work to Tom Brijs",
    citation=(
        "T. Brijs, G. Swinnen, K. Vanhoof, G. Wets (1999), Using association rules for product "
        "assortment decisions: a case study, KDD"
    ),
    files=(
        DataFile(
            name="retail.dat.gz",
            sha256="396181331da95bf86ac92eced7296afc165ba21be9c93fdaf250b5c0b410561b",
            content_sha256="314d47de0182b068cf709aed87666398537fc8a4ee792ce51dafbe3287461148",
            sources=(f"{_FIMI}/data/retail.dat",),
        ),
    ),
    tables={"receipts": "belgian_receipts"},
)


def _omnichannel(name: str, sha256: str, published: str, content_sha256: str = "") -> DataFile:
    """Return one renamed file; the publisher's begin with a byte-order mark."""
    source = f"{_OMNICHANNEL}/{published.replace(' ', '%20')}.csv"
    return DataFile(name, sha256, content_sha256 or sha256, (source,), "without_mark")


OMNICHANNEL_GROCERY = Dataset(
    name="omnichannel-grocery",
    title="Omnichannel grocery: 134 product families with sizes, dwell times, demand; arrivals",
    address="https://github.com/JoyjitBhowmick/Omnichannel-Retail-Datasets",
    licence="for research purposes and any non-commercial use; citation requested",
    citation=(
        "J. Bhowmick, J. Pazour (2024), A connected in-store and online customer data set for "
        "omnichannel retail logistics research, IISE Annual Conference"
    ),
    files=(
        _omnichannel(
            "aisle_to_products.csv.gz",
            "d863fee6aa689efdcac9e8c0649431fc6a2188886c0f8eb95f781ff327edd89c",
            "Aisle ID to Products",
            "e88946917f7e4a105fd4a1fde26aab1838fd9d289db026592f2bf554bbdcfd28",
        ),
        _omnichannel(
            "arrivals.csv",
            "85e62d002e08f2da37c21e269d4cd1c3494092198282f63c483bb63545ba7e03",
            "In-store Customer and Online Order Arrivals",
        ),
        _omnichannel(
            "demand_and_shopping_behavior.csv",
            "2cef00b82a61e32fcb9abfcf3481b725b9d9acf944ee99c0f2fac8dfdb5c9f63",
            "Demand and Shopping Behavior",
        ),
        _omnichannel(
            "product_family_mapping.csv",
            "123a6e0e299ee8ba2ed440d3be36634d254a17edcdc3dedb9be28fecf78e8273",
            "Product Family Mapping",
        ),
        _omnichannel(
            "product_information.csv",
            "18b02247955a126ad6da62fb77cf7ed64245c773fb163491f7356ca5fb208745",
            "Product Information",
        ),
    ),
    tables={
        "products": "aisle_to_products.csv.gz",
        "arrivals": "arrivals.csv",
        "demand": "demand_and_shopping_behavior.csv",
        "families": "product_family_mapping.csv",
        "sizes": "product_information.csv",
    },
    accept=True,
)

DATASETS = {
    dataset.name: dataset
    for dataset in (
        GROCERIES,
        ONLINE_RETAIL,
        ONLINE_SHOPPERS,
        BELGIAN_RETAIL,
        OMNICHANNEL_GROCERY,
        TAFENG,
        DUNNHUMBY_CARBO,
        QAPLIB,
        SRFLP,
        UAFLP,
        CONVENIENCE_STORE,
        BOOKSTORE,
        SUPERCENTER_POINTS,
        MALL_FLOORPLANS,
    )
}
