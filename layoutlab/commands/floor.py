"""Where should things stand on a floor? `floor evolve`, `schemes`, `assign`, `bench` …"""

import argparse
from typing import TYPE_CHECKING, Any

from layoutlab.commands import add_group, add_search, add_verb, field

if TYPE_CHECKING:
    from layoutlab.floor.evolution import Progress, Result
    from layoutlab.floor.genome import Floor
    from layoutlab.floor.objectives import Readings
    from layoutlab.floor.settings import Settings

FLOOR = {
    "rows": (int, "rows of cells"),
    "columns": (int, "columns of cells"),
    "blocks": (int, "blocks to place"),
    "lengths": ("numbers", "allowed lengths, as 2,3,4,5"),
    "entrance": ("numbers", "cell of the entrance, as --entrance=0,-1; -1 is the last"),
    "exit": ("numbers", "cell of the exit"),
    "edge": (str, "blocks past the edge: inside, clip or drop"),
    "overlap": (str, "overlapping blocks: union or drop"),
}
READINGS = {
    "covers": (str, "what b counts: cells, lengths or blocks"),
    "neighbours": (str, "what n counts: per_block, mean, total, fewest, most or cells"),
    "alone": (str, "r without a neighbour: as_one or zero"),
    "walk": (str, "what is reached: exit or every_block"),
    "door": (str, "a block on a door: closed or kept_free"),
}
SETTINGS = {
    "population": (int, "individuals"),
    "generations": (int, "generations"),
    "selection": (str, "who becomes a parent"),
    "crossover": (str, "how parents are combined"),
    "mutation": (str, "how a child is altered"),
    "crossover_probability": (float, "chance of a pair, from 0 to 1"),
    "mutation_probability": (float, "chance of an individual, from 0 to 1"),
    "elite": (int, "best individuals kept"),
    "replacement": (str, "generational or steady_state"),
    "tournament_size": (int, "individuals in a tournament"),
    "rank_pressure": (float, "copies of the best under rank, from 1 to 2"),
    "patience": (int, "generations without progress before the end; 0: never"),
    "target": (float, "fitness at which to end"),
    "restart_below": (float, "diversity below which to start anew"),
}


def add(verbs: Any) -> None:
    """Add the verbs."""
    actions = add_group(verbs, "floor", "find a layout: evolve, schemes, optimum, benchmarks")

    evolve = add_verb(actions, "evolve", "evolve the paper's floor", _evolve)
    _problem(evolve, FLOOR, READINGS, SETTINGS)
    add_search(evolve, "end after so many seconds")
    evolve.add_argument(
        "--runs", type=int, default=1, help="runs to take the best of (%(default)s)"
    )
    evolve.add_argument("--checkpoint", help="file to keep the search in, and to go on from")
    evolve.add_argument("--draw", metavar="FILE", help="draw the best floor (SVG, PNG or PDF)")

    schemes = add_verb(actions, "schemes", "compare selections and crossovers", _schemes)
    schemes.add_argument("-o", "--out", required=True, help="folder for runs, IOH logs and summary")
    schemes.add_argument("--seeds", type=int, default=51, help="paired runs (%(default)s)")
    schemes.add_argument("--selections", type=_names, help="names, as roulette,rank")
    schemes.add_argument("--crossovers", type=_names, help="names, as one_point,uniform")
    schemes.add_argument("--population", type=int, default=100, help="individuals (%(default)s)")
    schemes.add_argument("--generations", type=int, default=100, help="generations (%(default)s)")
    schemes.add_argument(
        "--one-floor", action="store_true", help="the paper's floor alone, not six"
    )
    schemes.add_argument("--seed", type=int, default=1, help="of all random draws (%(default)s)")
    schemes.add_argument("-j", "--jobs", type=int, default=1, help="threads (%(default)s)")

    optimum = add_verb(actions, "optimum", "the best plan there is, or a bound", _optimum)
    _problem(optimum, FLOOR, {"alone": READINGS["alone"]})
    optimum.add_argument("--evaluations", type=int, default=200_000,
                         help="of the annealing before the proof (%(default)s)")  # fmt: skip
    optimum.add_argument("--work", type=float, default=0.0, metavar="S",
                         help="CP-SAT's deterministic time per open case")  # fmt: skip
    optimum.add_argument("--needs-walk", action="store_true", help="plans without a walk are void")
    optimum.add_argument("--spread", action="store_true", help="r falls with every neighbour")
    optimum.add_argument("--seed", type=int, default=1, help="of all random draws (%(default)s)")

    field.add(actions)

    bench = add_verb(actions, "bench", "compare speed and quality with other libraries", _bench)
    bench.add_argument("--quick", action="store_true", help="smaller cases and fewer repetitions")
    bench.add_argument("-o", "--out", default="reports/floor-bench",
                       help="folder for the tables and the figure (%(default)s)")  # fmt: skip
    add_search(bench, "CPU time of each assignment search (10; 1 when quick)")


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected numbers as 0,9, got {text!r}") from None


def _names(text: str) -> list[str]:
    return text.split(",")


def _problem(verb: argparse.ArgumentParser, *groups: dict[str, tuple[Any, str]]) -> None:
    for group in groups:
        for name, (kind, text) in group.items():
            kind = _numbers if kind == "numbers" else kind
            verb.add_argument(f"--{name.replace('_', '-')}", type=kind, help=text)


def _given(options: argparse.Namespace, names: dict[str, tuple[Any, str]]) -> dict[str, Any]:
    """Return the options that were given; the others keep the defaults of the library."""
    values = {name: getattr(options, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _evolve(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import report
    from layoutlab.floor.genome import Floor
    from layoutlab.floor.objectives import Readings
    from layoutlab.floor.settings import Settings

    floor, readings = Floor(**_given(options, FLOOR)), Readings(**_given(options, READINGS))
    settings = Settings(**_given(options, SETTINGS))
    result, seconds = _best_of_runs(floor, readings, settings, options)
    summary = _told(result, floor, readings) | {"seed": options.seed, "seconds": seconds}
    if options.draw:
        _draw(result, floor, options.draw)
    if not options.json:
        report.show_summary(summary)
    return summary, 0


def _best_of_runs(
    floor: "Floor", readings: "Readings", settings: "Settings", options: argparse.Namespace
) -> tuple["Result", float]:
    """Run as often as asked, each run from a generator of its own; the first best is taken."""
    import time
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    from layoutlab.errors import InputError
    from layoutlab.floor.evolution import evolve

    if options.runs < 1 or options.jobs < 1:
        raise InputError(f"runs, jobs: expected at least 1, got {options.runs} and {options.jobs}")
    if options.checkpoint and options.runs > 1:
        raise InputError(f"checkpoint: expected one run, got {options.runs}")
    begun = time.monotonic()

    def out_of_time(progress: "Progress") -> bool:
        return options.seconds is not None and time.monotonic() - begun > options.seconds

    def run(rng: np.random.Generator) -> "Result":
        return evolve(
            floor, readings, settings, rng=rng, callback=out_of_time, checkpoint=options.checkpoint
        )

    first = np.random.default_rng(options.seed)
    generators = [first] if options.runs == 1 else first.spawn(options.runs)
    with ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(run, generators))
    return max(results, key=lambda each: each.best_fitness), time.monotonic() - begun


def _told(result: "Result", floor: "Floor", readings: "Readings") -> dict[str, Any]:
    from layoutlab.floor.objectives import reference_tally

    tally = reference_tally(result.best, floor, readings)
    return {
        "fitness": result.best_fitness,
        "covered": tally.covered,
        "walkable": tally.complete,
        "generations": result.history[-1]["generation"],
        "evaluations": result.evaluations,
        "blocks": [[int(block.is_vertical), *block[1:]] for block in result.best],
    }


def _draw(result: "Result", floor: "Floor", file: str) -> None:
    from layoutlab import canonical
    from layoutlab.floor import plots
    from layoutlab.floor.genome import decode
    from layoutlab.floor.paths import a_star

    walk = a_star(decode(result.best, floor), floor.entrance, floor.exit)
    title = f"Fitness {result.best_fitness:.3f}"
    ax = plots.draw_floor(result.best, floor, walk=walk, title=title)
    figure = ax.get_figure(root=True)
    assert figure is not None
    canonical.write_figure(file, figure)


def _schemes(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import report
    from layoutlab.floor.comparison import study as scheme_study
    from layoutlab.floor.schemes import CROSSOVERS, SELECTIONS
    from layoutlab.floor.settings import Settings

    problems = scheme_study.standard_problems()
    if options.one_floor:
        problems = {"10x10_per_block": problems["10x10_per_block"]}
    with report.counting("run") as counted:
        summary = scheme_study.study(
            options.out,
            problems=problems,
            selections=options.selections or SELECTIONS,
            crossovers=options.crossovers or CROSSOVERS,
            seeds=range(options.seeds),
            settings=Settings(population=options.population, generations=options.generations),
            base=options.seed,
            jobs=options.jobs,
            progress=counted,
        )
    if not options.json:
        report.show_summary({name: summary[name] for name in ("runs", "mean_ranks", "out")})
    return summary, 0


def _optimum(options: argparse.Namespace) -> tuple[Any, int]:
    import numpy as np

    from layoutlab import report
    from layoutlab.floor.genome import Floor
    from layoutlab.floor.objectives import Readings
    from layoutlab.floor.optimum.proof import optimum

    readings = Readings(**_given(options, {"alone": READINGS["alone"]}))
    floor, rng = Floor(**_given(options, FLOOR)), np.random.default_rng(options.seed)
    found = optimum(
        floor,
        readings,
        rng=rng,
        evaluations=options.evaluations,
        work=options.work,
        spread=options.spread,
        needs_walk=options.needs_walk,
    )
    summary = {
        "fitness": found.fitness,
        "bound": found.bound,
        "proved": found.proved,
        "gap": found.gap,
        "walkable": found.walk,
        "blocks": [[int(block.is_vertical), *block[1:]] for block in found.blocks],
        "seed": options.seed,
    }
    if not options.json:
        report.show_summary(summary)
    return summary, 0


def _bench(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import report
    from layoutlab.floor.field import bench

    with report.counting("measured") as counted:
        found = bench.run(
            quick=options.quick,
            seconds=options.seconds,
            seed=options.seed,
            jobs=options.jobs,
            progress=counted,
        )
    found["files"] = bench.write(found, options.out)
    if not options.json:
        for table in ("searches", "assignments"):
            report.show_rows(found[table])
        report.show_summary({name: found[name] for name in found if name not in bench.TABLES})
    return found, 0
