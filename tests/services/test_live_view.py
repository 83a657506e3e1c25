"""Does the live view stop a search in a real Jupyter kernel, as JupyterLab's button does?"""

from collections.abc import Iterator

import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

SEARCH = """
import numpy as np
from layoutlab.floor import live
from layoutlab.floor.evolution import evolve
from layoutlab.floor.genome import Floor
from layoutlab.floor.objectives import Readings
from layoutlab.floor.settings import Settings

settings = Settings(generations=100_000)
view = live.view(Floor(), pace_s=0.02)
result = evolve(Floor(), Readings(), settings, rng=np.random.default_rng(1), callback=view)
print("ended after", result.history[-1]["generation"], view.stopped)
"""


@pytest.fixture
def kernel() -> Iterator[BlockingKernelClient]:
    manager, client = start_new_kernel(kernel_name="python3")
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_the_search_is_drawn_in_the_notebook_and_stopped_by_its_button(
    kernel: BlockingKernelClient,
) -> None:
    kernel.control_channel.send(kernel.session.msg("create_subshell_request"))
    subshell = kernel.control_channel.get_msg(timeout=60)["content"]["subshell_id"]
    request, button, pictures, told = kernel.execute(SEARCH), None, [], ""
    while True:
        message = kernel.get_iopub_msg(timeout=120)
        content = message["content"]
        if message["msg_type"] == "comm_open":
            if content["data"]["state"].get("_model_name") == "ButtonModel":
                button = content["comm_id"]
        elif message["msg_type"] == "comm_msg":
            pictures.append(content["data"].get("state", {}).get("value", ""))
            if len(pictures) == 3:
                click = {"method": "custom", "content": {"event": "click"}}
                pressed = kernel.session.msg("comm_msg", {"comm_id": button, "data": click})
                pressed["header"]["subshell_id"] = subshell
                kernel.shell_channel.send(pressed)
        elif message["msg_type"] == "stream":
            told += content["text"]
        elif message["msg_type"] == "error":
            pytest.fail("\n".join(content["traceback"]))
        idle = content.get("execution_state") == "idle"
        if idle and message["parent_header"].get("msg_id") == request:
            break
    assert all("<svg" in picture for picture in pictures)
    assert told.endswith("True\n")
    assert 0 < int(told.split()[2]) < 100_000
