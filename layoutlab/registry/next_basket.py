"""Which next-basket benchmarks do we know? Two sets in the form of Yu et al. (2020).

Each file is one JSON object with ``train``, ``validate`` and ``test``: user to list of baskets, in
order of time, each a list of item numbers.
"""

from layoutlab.registry.records import GITHUB, DataFile, Dataset

_DNNTSP = f"{GITHUB}/yule-BUAA/DNNTSP/3876ad3ea37e211b824de1b8d8f5ad3ff312f014/data"
_PREPARED = (
    "L. Yu, L. Sun, B. Du, C. Liu, H. Xiong, W. Lv (2020), Predicting temporal sets with deep "
    "neural networks, KDD, doi 10.1145/3394486.3403152"
)

TAFENG = Dataset(
    name="nbr-tafeng",
    title="Ta-Feng next basket: 9,841 customers of a Taiwanese supermarket, 73,355 baskets",
    address="https://github.com/yule-BUAA/DNNTSP",
    licence="none stated by the repository; the raw set is given freely for research: research use",
    citation=f"Ta-Feng supermarket, 2000-11 to 2001-02; prepared by {_PREPARED}",
    files=(
        DataFile(
            name="TaFeng.json.gz",
            sha256="c07db705923accb235a126c96a7bcbd347696dae87dc1a695ea8c3e8d0a53583",
            content_sha256="2509fa27735b575b67230b901788211ca860f7ad53f11d19c07aa578c7dd98fd",
            sources=(f"{_DNNTSP}/TaFeng/TaFeng.json",),
        ),
    ),
    tables={},
)

DUNNHUMBY_CARBO = Dataset(
    name="nbr-dunnhumby-carbo",
    title="Dunnhumby Carbo-Loading next basket: 9,010 customers, 217 items, 42,905 baskets",
    address="https://github.com/yule-BUAA/DNNTSP",
    licence=(
        "none stated by the repository; dunnhumby gives its source files for research and teaching "
        "after registration: research use"
    ),
    citation=f"dunnhumby source files, Carbo-Loading; prepared by {_PREPARED}",
    files=(
        DataFile(
            name="DC.json.gz",
            sha256="6bd0c2c08964d342255623a90593babc03bbe79839fd5c38341bd3c19f7542d2",
            content_sha256="b7666f0f96978448a64f746dca78a8ff19bfe897e9850cf2b2430da66e72f3c4",
            sources=(f"{_DNNTSP}/DC/DC.json",),
        ),
    ),
    tables={},
)
