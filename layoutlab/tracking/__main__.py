"""Project one finished stage: ``python -m layoutlab.tracking STAGE``, where STAGE is DVC's address.

What the engine calls at the end of a stage under ``dvc repro``. MLflow being away is said in one
line and is not an error: ``layoutlab track`` projects the stage later.
"""

import sys

from layoutlab import project, tracking
from layoutlab.errors import InputError

if __name__ == "__main__":
    stage = sys.argv[1]
    try:
        project.enter()
        tracking.project_stage(stage)
    except InputError as error:
        print(f"mlflow: {stage}: {error} (`layoutlab track` projects it later)", file=sys.stderr)
