"""What will customers want next? `retail next-basket` and `retail recommend`."""

import argparse
import os
from typing import Any

from layoutlab.commands import add_verb, say
from layoutlab.pins import PINS

PINNED = ("OMP_", "OPENBLAS_", "NUMBA_", "TF_", "KERAS_")


def add(actions: Any) -> None:
    """Add the verbs to the group `retail`."""
    asked = add_verb(
        actions, "next-basket", "how well can the next basket be foretold?", _next_basket
    )
    asked.add_argument("data", nargs="?", metavar="DATA",
                       help="a registered data set or a JSON file of histories")  # fmt: skip
    asked.add_argument("--history", help="instead of DATA: customers' baskets but the last")
    asked.add_argument("--future", help="with --history: customers' last baskets")
    asked.add_argument("--keyset", help="with --history: who is in train, val and test "
                       "(a fixed split by hash when not given)")  # fmt: skip
    asked.add_argument("--seed", type=int, default=1, help="of all random draws (%(default)s)")
    asked.add_argument("-o", "--out", help="folder to keep the model and its card in")
    shown = add_verb(actions, "recommend", "what should a customer be shown, and why?", _recommend)
    shown.add_argument("model", help="a folder that `retail next-basket -o` wrote")
    shown.add_argument("--history", default="", metavar="ITEMS",
                       help="baskets, oldest first: items by commas, baskets by semicolons "
                       "(say 3,7;7,9)")  # fmt: skip
    shown.add_argument("--basket", metavar="ITEMS",
                       help="instead: what goes with these items in one basket")  # fmt: skip
    shown.add_argument("-k", type=int, default=10, help="items to show (%(default)s)")
    shown.add_argument("--exclude", default="", metavar="ITEMS", help="never to be shown")
    shown.add_argument("--stock", metavar="FILE",
                       help="CSV (item,count) or JSON of items and counts: those at 0 are not "
                       "shown, those not named are")  # fmt: skip


def _pin() -> None:
    """Fix threads and kernels as in the pipeline, so that a seed gives the same digits there."""
    os.environ.update({name: PINS[name] for name in PINS if name.startswith(PINNED)})


def _next_basket(options: argparse.Namespace) -> tuple[Any, int]:
    _pin()
    from layoutlab.retail.recommendation import history_files, recommender_files
    from layoutlab.retail.recommendation.next_basket import run

    study, name = history_files.from_options(
        options.data, options.history, options.future, options.keyset
    )
    say(f"{len(study.train)} customers to train on, {len(study.items)} items")
    result, fitted = run(study, seed=options.seed)
    result = {"data": name} | result
    if options.out is not None:
        recommender_files.save(options.out, fitted, name, result)
    del result["by_customer"]
    if not options.json:
        _show(result)
    return result, 0


def _show(result: dict[str, Any]) -> None:
    """Print a table of all methods."""
    columns = ("recall_at_10", "ndcg_at_10", "ndcg_full_at_10", "phr_at_10", "recall_at_20")
    print(f"{result['data']}: {result['customers']['test']} test customers, "
          f"answered by {result['chosen']}")  # fmt: skip
    print(f"{'':<16}" + "".join(f"{column:>17}" for column in columns))
    for name, row in {result["chosen"]: result, **result["baselines"]}.items():
        print(f"{name:<16}" + "".join(f"{row[column]:>17.4f}" for column in columns))


def _recommend(options: argparse.Namespace) -> tuple[Any, int]:
    from dataclasses import asdict

    _pin()
    from layoutlab.retail.recommendation import recommend, recommender_files
    from layoutlab.retail.recommendation.stock import read_stock

    stock = None if options.stock is None else read_stock(options.stock)
    fitted = recommender_files.load(options.model)
    exclude = _items(options.exclude)
    if options.basket is not None:
        found = recommend.goes_with(fitted, _items(options.basket), options.k, exclude, stock)
    else:
        history = [_items(basket) for basket in options.history.split(";")]
        found = recommend.recommend(fitted, history, options.k, exclude, stock)
    if not options.json:
        for one in found:
            print(f"{one.item:<12}{one.score:>9.3f}  {'; '.join(map(_said, one.reasons))}")
    return {"recommendations": [asdict(one) for one in found]}, 0


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _said(reason: dict[str, Any]) -> str:
    """Say a reason in words."""
    if reason["kind"] == "bought":
        return f"bought {reason['times']} times, last {reason['baskets_ago']} baskets ago"
    if reason["kind"] == "leads_to":
        return f"{reason['share']:.0%} of those who had {reason['item']} bought it next"
    if reason["kind"] == "goes_with":
        return f"in {reason['share']:.0%} of the baskets with {reason['item']}"
    return f"in {reason['share']:.1%} of all baskets like this"
