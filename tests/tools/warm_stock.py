"""Stock nbgrader's kernels, forked from a process that has imported torch.

What they compute is the same, and it begins seconds sooner. They have one thread, as the course's own
processes have; two are slower beside other work.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from jupyter_client.provisioning import KernelProvisionerFactory

from utils.book.warm_kernel import WaitingKernel, context, use, wait_and_run


@contextmanager
def warm_kernel() -> Iterator[None]:
    """The one kernel that is started meanwhile is forked, where forking is safe."""
    where = context()
    if where.get_start_method() == "spawn":
        yield
        return
    ours, orders = where.Pipe()
    kernel = where.Process(target=wait_and_run, args=(ours,))
    with mock.patch.dict(os.environ, {"OMP_NUM_THREADS": "1"}):
        kernel.start()
    ours.close()
    factory = KernelProvisionerFactory.instance()
    before = factory.default_provisioner_name
    use(WaitingKernel(kernel.pid, orders))
    try:
        yield
    finally:
        factory.default_provisioner_name = before
        orders.close()
        kernel.kill()
        kernel.join()
