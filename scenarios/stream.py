"""Watching video: views with gaps between them, each with a player, and beacons that tell the platform of it."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.scenarios.pacer import Pacer
from firstbell.scenarios.player import Player
from firstbell.scenarios.playhead import Playhead
from firstbell.scenarios.playlists import MediaPlaylist, media_of, resolved, rungs_of
from firstbell.scenarios.visit import StepFailedError, Visit

if TYPE_CHECKING:
    from firstbell.scenarios.learner import Learner


def watch(learner: "Learner", since_s: float) -> None:
    """Watch one video after another until the session is over."""
    chance, watching = learner.load.chance, learner.load.workload.states.watching
    view_s, gap_s = watching.view_s.value, watching.gap_s.value
    # Views and gaps are memoryless, so the first learners need only be caught in either in the right proportion.
    watching_now = learner.first_session and chance.uniform(0, view_s + gap_s) < view_s
    while True:
        due_s = since_s if watching_now else learner.after(chance.exponential(gap_s), since_s)
        since_s, watching_now = View(learner, due_s).watch(), False


class View:
    """One view of one video, from choosing it to leaving it."""

    def __init__(self, learner: "Learner", due_s: float) -> None:
        load, watching = learner.load, learner.load.workload.states.watching
        self._learner = learner
        self._due_s = due_s
        self._level = load.schedule.level_at(due_s)
        self._video = load.any_video(learner.account)
        self._cap = load.rung_caps.index(load.chance)
        self._beacon_period_s = watching.beacon_period_s.value
        pace = load.schedule.rate_at(learner.state, due_s)
        self._wanted_s = load.chance.exponential(watching.view_s.value) / pace if pace > 0 else math.inf
        # So many leave with each further second that all have left after 1 / abandon_per_s of them.
        hurry = watching.player
        self._patience_s = hurry.patience_s.value + load.chance.uniform(0, 1) / hurry.abandon_per_s.value
        self._player: Player | None = None
        self._media: dict[int, _Media] = {}
        self._startup_s = math.nan
        self._abandoned = False

    def watch(self) -> float:
        """Watch until the wanted part was seen, or patience or the video was at its end; when that was."""
        try:
            player = self._started()
            return self._played(player) if player else self._learner.now_s()
        finally:
            self._record()

    def _started(self) -> Player | None:
        """The player at its first frame; None where the learner gave up before."""
        learner, due_s, tries = self._learner, self._due_s, 0
        while due_s - self._due_s <= self._patience_s:
            visit = learner.begin("video_start", due_s)
            tries += 1
            try:
                player = self._first_frame(visit)
            except StepFailedError as failure:
                learner.bear(failure)
                due_s = visit.due_s + tries * learner.load.player_rules.retry_first_s
                continue
            if visit.due_s - self._due_s <= self._patience_s:
                self._startup_s = visit.due_s - self._due_s
                return player
            break
        self._abandoned = True
        return None

    def _first_frame(self, visit: Visit) -> Player:
        path = self._video.master_path
        rungs = visit.ask("video_start.master", "GET", path, read=lambda reply: rungs_of(reply.content))
        player = Player(self._learner.load.player_rules, rungs, self._cap)
        self._read_media(visit, "video_start.media", player)
        player.load(self._media[player.rung].playlist.durations_s)
        self._fetch(visit, "video_start.segment", player)
        self._player = player
        return player

    def _played(self, player: Player) -> float:
        """Play to the end of the view; when that was."""
        learner = self._learner
        beacon = learner.pace("beacon", self._beacon_period_s, since_s=learner.now_s(), clock="beacon")
        end_s = None
        while end_s is None:
            end_s = self._step(player, beacon)
        learner.drop(beacon)
        return end_s

    def _step(self, player: Player, beacon: Pacer) -> float | None:
        """Do what is due next; the end of the view where that was it."""
        playhead = player.playhead
        if playhead.longest_stall_s > self._patience_s:
            self._abandoned = True
            return self._learner.now_s()
        end_s = self._time_s(playhead.reaches_s(min(self._wanted_s, playhead.media_s)))
        fetch_s = self._time_s(player.next_fetch_s())
        next_s = beacon.due_s
        if fetch_s is not None and fetch_s < next_s:
            next_s = fetch_s
        if end_s is not None and end_s < next_s:
            next_s = end_s
        if next_s == end_s:
            self._learner.wait_until(end_s)
            return end_s
        if next_s == fetch_s:
            self._next_segment(player, fetch_s)
        else:
            self._send_beacon(player, beacon)
        return None

    def _next_segment(self, player: Player, due_s: float) -> None:
        visit = self._learner.begin("segment", due_s)
        try:
            if player.choose() and player.rung not in self._media:
                self._read_media(visit, "segment.media", player)
            self._fetch(visit, "segment.get", player)
        except StepFailedError as failure:
            player.failed(self._own_s(visit.due_s))
            self._learner.bear(failure)

    def _send_beacon(self, player: Player, beacon: Pacer) -> None:
        visit = self._learner.begin("beacon", beacon.due_s)
        beacon.advance()
        player.playhead.advance(self._own_s(self._learner.now_s()))
        played_s = player.playhead.played_s
        try:
            self._learner.load.adapter.send_beacon(
                visit, self._video, position_s=played_s, watched_s=played_s, rung=player.rung
            )
        except StepFailedError as failure:
            self._learner.bear(failure)

    def _read_media(self, visit: Visit, step: str, player: Player) -> None:
        path = resolved(self._video.master_path, player.uri)
        playlist = visit.ask(step, "GET", path, read=lambda reply: media_of(reply.content, at_least=player.segments))
        self._media[player.rung] = _Media(path=path, playlist=playlist)

    def _fetch(self, visit: Visit, step: str, player: Player) -> None:
        media, fraction = self._media[player.rung], self._learner.load.byte_fraction
        path = resolved(media.path, media.playlist.uris[player.next_segment])
        headers = None if fraction == 1 else {"Range": f"bytes=0-{max(0, int(player.segment_bits / 8 * fraction) - 1)}"}
        reply = visit.request(step, "GET", path, headers=headers, keep_body=False)
        # What is left out of the bytes is put back into the time that the player sees.
        download_s = reply.first_byte_s - reply.start_s + (reply.end_s - reply.first_byte_s) / fraction
        player.fetched(end_s=self._own_s(reply.end_s), download_s=download_s)

    def _own_s(self, time_s: float) -> float:
        """Players live on the learner's own clock: a video stands still while its learner is away."""
        attendance = self._learner.attendance
        return attendance.own_s(time_s) if attendance.absences else time_s

    def _time_s(self, own_s: float | None) -> float | None:
        attendance = self._learner.attendance
        return own_s if own_s is None or not attendance.absences else attendance.time_s(own_s)

    def _record(self) -> None:
        player = self._player
        if player is None and not self._abandoned:
            return
        if player is not None and self._learner.load.recorder.over_lines:
            self._record_rungs(player)
        playhead = player.playhead if player else Playhead(0.0)
        playhead.advance(self._own_s(self._learner.now_s()))
        self._learner.load.recorder.add_view(
            self._learner.account.index,
            self._level,
            self._due_s,
            self._startup_s,
            min(playhead.played_s, self._wanted_s),
            playhead.stalled_s,
            playhead.stalls,
            player.switches if player else 0,
            player.mean_bits_per_s if player else math.nan,
            self._abandoned,
        )

    def _record_rungs(self, player: Player) -> None:
        learner = self._learner
        for rung, media_s in enumerate(player.media_s_by_rung):
            if media_s:
                learner.load.recorder.add_rung(learner.account.index, self._level, rung, media_s)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Media:
    path: str
    playlist: MediaPlaylist
