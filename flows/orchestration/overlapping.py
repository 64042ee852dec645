"""Skip scheduled runs that are due during another run, but keep runs that a person started.

The deployment queues every run that is due during another run. This module cancels the queued runs
of the schedule, because the current run or the next one processes everything that is new.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun

SKIPPED = "Skipped: another run was in progress when this one was due. That run or the next reads everything that is new."
# If a run was created more than this long after its planned start, it is a run of the schedule that
# was missed, and not one that a person started.
_MISSED_AFTER = timedelta(minutes=1)


def skip_overlapping(client: SyncPrefectClient, *, deployment: str) -> list[UUID]:
    """Cancel the scheduled runs of a deployment that are queued, and return them."""
    from prefect.client.schemas.filters import (
        DeploymentFilter,
        DeploymentFilterName,
        FlowRunFilter,
        FlowRunFilterState,
        FlowRunFilterStateName,
    )
    from prefect.states import Cancelled

    waiting = client.read_flow_runs(
        deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[deployment])),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(name=FlowRunFilterStateName(any_=["AwaitingConcurrencySlot"]))
        ),
    )
    scheduled = [flow_run for flow_run in waiting if _is_scheduled(flow_run)]
    for flow_run in scheduled:
        client.set_flow_run_state(flow_run.id, Cancelled(message=SKIPPED), force=True)
    return [flow_run.id for flow_run in scheduled]


def _is_scheduled(flow_run: FlowRun) -> bool:
    """Whether the schedule created a run, not a person."""
    planned, made = flow_run.expected_start_time, flow_run.created
    is_missed = planned is not None and made is not None and planned < made - _MISSED_AFTER
    return bool(flow_run.auto_scheduled) or is_missed
