# SPDX-License-Identifier: BSD-2-Clause
"""The lab: a real Xen host in QEMU, for tests, benchmarks and `make run`."""

from .job import LAB_FAILED, Options, Result, boot_dom0, run_job
from .trees import LabError, versions

__all__ = ["LAB_FAILED", "LabError", "Options", "Result", "boot_dom0",
           "run_job", "versions"]
