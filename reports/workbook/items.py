"""The items of the purchase as formulas, by the names that the sizing gives them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from firstbell.models import school_line
from firstbell.models.figures import Array, Values
from firstbell.models.midnight_sync import midnight_sync_s
from firstbell.models.sizing import office, sign_in, storage, uploads
from firstbell.models.sizing.bandwidth import DAY_S, MONTH_DAYS
from firstbell.models.sizing.mirror import by_hand_bytes, mirror_s
from firstbell.models.sizing.servers import DURABLE
from firstbell.models.sizing.tier_needs import path_of
from firstbell.models.traffic import in_state
from firstbell.models.workload import Workload
from firstbell.reports.workbook.formula import Formula, largest, rounded_up, summed, where
from firstbell.reports.workbook.inputs import Inputs
from firstbell.reports.workbook.load import Load
from firstbell.reports.workbook.tiers import TierCells
from firstbell.reports.workbook.workings import Workings

_PROVIDER = "sizing.identity_provider."
_STORED: dict[str, Callable[[Values], Array]] = {
    "storage_originals_bytes": storage.originals_bytes,
    "storage_ladder_bytes": storage.ladder_bytes,
    "storage_instance_bytes": storage.instance_bytes,
    "storage_kept_bytes": storage.kept_bytes,
    "storage_raw_today_bytes": storage.raw_today_bytes,
    "storage_usable_bytes": storage.usable_bytes,
    "storage_raw_bytes": storage.raw_bytes,
    "storage_backup_bytes": storage.backup_bytes,
    "mirror_s": mirror_s,
}
_OFFICE: dict[str, Callable[[Values], Array]] = {
    "office_accounts": office.accounts,
    "office_mail_entitled_bytes": office.mail_entitled_bytes,
    "office_mail_expected_bytes": office.mail_expected_bytes,
    "office_drive_entitled_bytes": office.drive_entitled_bytes,
    "office_drive_expected_bytes": office.drive_expected_bytes,
}


@dataclass(frozen=True, kw_only=True)
class Items:
    """What a level's formulas stand on."""

    workload: Workload
    inputs: Inputs
    workings: Workings
    learners: Formula
    load: Load
    tiers: Mapping[str, TierCells]

    @property
    def _values(self) -> Values:
        return cast(Values, self.inputs)

    def formulas(self) -> dict[str, Formula]:
        """A formula for each item that can be live."""
        return {
            **dict(self._servers()), **dict(self._storage()), **dict(self._bandwidth()), **dict(self._sign_in()),
            **dict(self._uploads()), **dict(self._schools()), **dict(self._office()),
        }  # fmt: skip

    def _servers(self) -> Iterator[tuple[str, Formula]]:
        visits = self.load.visits
        writes = [visits[name] for name in (*DURABLE, "upload") if name in visits]
        written = sum(writes[1:], writes[0])
        yield "requests_per_s", summed(self.load.requests)
        yield "database_durable_writes_per_s", written
        for name, tier in self.tiers.items():
            yield f"{name}_cores", tier.cores
            yield f"{name}_nodes", tier.nodes
            yield from self._needs(name, tier, written)
        if "delivery" in self.tiers:
            left = largest(self.tiers["delivery"].nodes - self.inputs["sizing.servers.spare_nodes"], 1)
            yield "delivery_connections_per_node", rounded_up(self.learners / left)

    def _needs(self, name: str, tier: TierCells, written: Formula) -> Iterator[tuple[str, Formula]]:
        """Memory, connections and operations of a tier's disks, where the profile states them: as ``tier_needs``."""

        def times(key: str, amount: Formula | None) -> list[Formula]:
            path = f"{path_of(name)}.{key}"
            return [] if amount is None or path not in self.inputs else [self.inputs[path] * amount]

        app = self.tiers["app"].cores if "app" in self.tiers else None
        opened = [*times("connections_per_learner", self.learners), *times("connections_per_app_core", app)]
        connections = rounded_up(sum(opened[1:], opened[0]) * (1 - 1e-9)) if opened else None
        memory = [*times("core_memory_bytes", tier.cores), *times("connection_memory_bytes", connections)]
        if memory:
            yield f"{name}_memory_bytes", sum(memory[1:], memory[0])
        if connections is not None:
            yield f"{name}_connections", connections
        for operations in times("operations_per_durable_write", written):
            yield f"{name}_disk_operations_per_s", operations

    def _storage(self) -> Iterator[tuple[str, Formula]]:
        for item, size in _STORED.items():
            yield item, Formula.of(size(self._values))
        copies = self.workings.mirror
        if copies:
            before_s = self.inputs["sizing.mirror.lag_s"] + copies["wait_s"]
            by_size = 1 + self.inputs["sizing.mirror.item_bytes_cv"] ** 2
            pauses_s = self.inputs["content.videos"] * copies["pauses_s"]
            yield "failing_mirror_s", Formula.of(mirror_s(self._values)) * copies["sent"] + pauses_s
            yield "mirror_delay_s", before_s + copies["copy_s"]
            lacking_s = before_s + copies["pauses_s"] + by_size * copies["line_s"] * copies["sent"]
            yield "mirror_lacking_bytes", copies["rate"] * copies["size"] * lacking_s
            yield "by_hand_lacking_bytes", Formula.of(by_hand_bytes(self._values))

    def _bandwidth(self) -> Iterator[tuple[str, Formula]]:
        load, workings = self.load, self.workings
        yield "edge_peak_bits_per_s", load.edge_line
        yield "origin_peak_bits_per_s", load.origin_line
        yield "origin_two_addresses_peak_bits_per_s", load.origin_two_addresses
        yield "ingest_peak_bits_per_s", load.ingest_line
        yield "edge_p95_bits_per_s", load.edge_bare * workings.billed_share
        yield "edge_month_bytes", load.edge_bare * workings.mean_share * (MONTH_DAYS * DAY_S) / 8
        in_lesson = Formula.of(in_state(self._values, cast(float, self.learners), "lesson"))
        for kind, key in (("minimum", "min"), ("recommended", "recommended")):
            rate = self.inputs[f"states.lesson.off_platform_{key}_bits_per_s"]
            yield f"off_platform_{kind}_bits_per_s", in_lesson * rate

    def _sign_in(self) -> Iterator[tuple[str, Formula]]:
        yield "logins_per_s", self.load.visits["login"]
        yield "first_bell_logins_per_s", self.load.burst
        if f"{_PROVIDER}requests_per_s" not in self.inputs:
            return
        each = Formula.of(sign_in.provider_requests_per_login(self._values))
        yield "identity_provider_requests_per_s", self.load.burst * each
        if f"{_PROVIDER}school_learners" in self.inputs:
            yield "school_sign_in_s", self._school_sign_in_s(self.inputs[f"{_PROVIDER}school_learners"] * each)

    def _school_sign_in_s(self, requests: Formula) -> Formula:
        """As ``models.sign_in_time``: full windows of the address and the rest at the tenant's rate, or all at that."""
        rate, window_s = self.inputs[f"{_PROVIDER}requests_per_s"], self.inputs[f"{_PROVIDER}address_window_s"]
        allowed = largest(self.inputs[f"{_PROVIDER}address_requests"], 1)
        windows = largest(rounded_up(requests / allowed * (1 - 1e-9)) - 1, 0)

        def at_tenant_s(wanted: Formula) -> Formula:
            return largest(wanted - rate, 0) / rate

        in_windows_s = windows * window_s + at_tenant_s(requests - windows * allowed)
        return where(windows > 0, largest(at_tenant_s(requests), in_windows_s), at_tenant_s(requests))

    def _uploads(self) -> Iterator[tuple[str, Formula]]:
        if "states.stated.upload.share" not in self.inputs:
            return
        learners = cast(float, self.learners)
        yield "ingest_fill_s", self.inputs["content.originals_bytes"] * 8 / self.load.ingest_line
        if "states.uploads.video_share" in self.inputs:
            yield "encoders", Formula.of(uploads.encoders(self._values, learners))
            yield "encode_originals_s", Formula.of(uploads.encode_all_s(self._values, learners))

    def _office(self) -> Iterator[tuple[str, Formula]]:
        if "sizing.office.drive_bytes" not in self.inputs:
            return
        for item, amount in _OFFICE.items():
            yield item, Formula.of(amount(self._values))
        learners = cast(float, self.learners)
        yield "office_recorded_per_day_bytes", Formula.of(office.recorded_per_day_bytes(self._values, learners))
        yield "office_recordings_kept_bytes", Formula.of(office.recordings_kept_bytes(self._values, learners))

    def _schools(self) -> Iterator[tuple[str, Formula]]:
        network = self.workload.network
        for name in network.schools if network is not None else ():
            line, values = self._values[f"network.schools.{name}.down_bits_per_s"], self._values
            room, beside = (school_line.room_bits_per_s(line, values, lessons=lessons) for lessons in (0, 1))
            found = {
                "streams": school_line.streams_on(room, values),
                "streams_beside_lesson": school_line.streams_on(beside, values),
                "lessons_minimum": school_line.lessons_on(line, values, "minimum"),
                "lessons_recommended": school_line.lessons_on(line, values, "recommended"),
                "quiz_learners": school_line.quiz_learners_on(room, values),
                "quiz_learners_beside_lesson": school_line.quiz_learners_on(beside, values),
            }
            if network is not None and network.lesson_up is not None:
                up = self._values[f"network.schools.{name}.up_bits_per_s"]
                for kind in ("minimum", "recommended"):
                    found[f"lessons_up_{kind}"] = school_line.lessons_up_on(up, values, kind)
            if network is not None and network.class_tools is not None:
                for tool in school_line.TOOLS:
                    found[f"classes_{tool}"] = school_line.classes_with(tool, line, values)
            if network is not None and network.offline_box is not None:
                found["box_fill_s"] = school_line.box_fill_s(line, values)
            if self.workload.progress_sync is not None:
                up = self._values[f"network.schools.{name}.up_bits_per_s"]
                found["box_sync_s"] = school_line.box_sync_s(up, values)
            for what, counted in found.items():
                yield f"school_{name.replace('-', '_')}_{what}", Formula.of(counted)
        if network is not None and self.workload.progress_sync is not None:
            yield "midnight_sync_s", Formula.of(midnight_sync_s(self._values, network.schools))
