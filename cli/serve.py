"""`firstbell serve`: the reference backend, on its own."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from firstbell.cli import content_options, edge_options, identity_options, upload_options
from firstbell.cli.content_options import ContentOptions
from firstbell.cli.identity_options import IdentityOptions
from firstbell.cli.upload_options import DEFAULTS, UploadMode
from firstbell.fixtures.backend.configuration import Configuration, ConfigurationError
from firstbell.fixtures.backend.edge_rules import EdgeRules
from firstbell.fixtures.backend.master import WorkerLost
from firstbell.fixtures.backend.passwords import PasswordHash
from firstbell.fixtures.backend.server import serve as serve_backend
from firstbell.fixtures.backend.upload_rules import UploadRules
from firstbell.models.problems import InputError, Problem


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = Configuration.host,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = Configuration.port,
    workers: Annotated[int, typer.Option(help="Worker processes.")] = Configuration.workers,
    database: Annotated[
        str | None,
        typer.Option(
            help="sqlite:///PATH or postgresql://USER@HOST/NAME; if none is given, SQLite, removed at the end."
        ),
    ] = None,
    learners: Annotated[int, typer.Option(help="Accounts, all made up.")] = Configuration.learners,
    password_hash: Annotated[
        str,
        typer.Option(
            "--hash",
            help="Such as argon2id:m=19456,t=2,p=1; also scrypt and pbkdf2-sha256, cheapest with iterations=1.",
        ),
    ] = "argon2id",
    hash_threads: Annotated[
        int, typer.Option(help="Password hashing threads of each worker.")
    ] = Configuration.hash_threads,
    page_cache: Annotated[
        float, typer.Option(help="Seconds for which the shared part of a page is kept; 0: rendered each time.")
    ] = Configuration.page_cache_s,
    commit_delay: Annotated[
        float, typer.Option(help="Seconds that writes gather, where they come that densely, to be committed together.")
    ] = Configuration.commit_delay_s,
    replace_workers: Annotated[
        bool,
        typer.Option("--replace-workers", help="Another takes the place of a worker that is lost, instead of an end."),
    ] = False,
    core: Annotated[
        list[int] | None, typer.Option(help="A core to run on; repeat it for more. All, if none is given.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder to keep its data in.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the catalogue.")] = Configuration.seed,
    instances: content_options.Instances = Configuration.instances,
    shared_urls: content_options.SharedUrls = False,
    item_limit: content_options.ItemLimit = Configuration.item_limit_bytes,
    mirror: content_options.Mirrored = False,
    mirror_from: content_options.MirrorFrom = Configuration.mirror_from,
    mirror_lag: content_options.MirrorLag = Configuration.mirror_lag_s,
    mirror_rate: content_options.MirrorRate = Configuration.mirror_bits_per_s,
    mirror_failures: content_options.MirrorFailures = Configuration.mirror_failure_share,
    mirror_backoff: content_options.MirrorBackoff = Configuration.mirror_backoff_s,
    mirror_resume: content_options.MirrorResume = False,
    edge_bytes: edge_options.Bytes = EdgeRules.size_bytes,
    edge_coalesce: edge_options.Coalesce = EdgeRules.coalesce,
    edge_rate: edge_options.Rate = EdgeRules.bits_per_s,
    upload_mode: upload_options.Mode = UploadMode.FIXED,
    upload_largest: upload_options.Largest = DEFAULTS.largest_bytes,
    upload_largest_batch: upload_options.LargestBatch = DEFAULTS.largest_batch_bytes,
    upload_rate: upload_options.Rate = DEFAULTS.bits_per_s,
    upload_cuts: upload_options.Cuts = DEFAULTS.cut_share,
    upload_lag: upload_options.Lag = DEFAULTS.lag_s,
    upload_resume: upload_options.Resume = DEFAULTS.resume,
    encoders: upload_options.Encoders = DEFAULTS.encoders,
    encoding_speed: upload_options.EncodingSpeed = DEFAULTS.encoding_s_per_video_s,
    sign_in: identity_options.SignIn = None,
    past_attempts: Annotated[
        int, typer.Option(help="Made-up attempts at quizzes, for reports on them; 0: there are no reports.")
    ] = Configuration.past_attempts,
) -> None:
    """The reference backend: a small e-learning platform that really hashes, renders, streams and stores.

    It runs until Ctrl-C. Its own measurements are at /metrics.

    Example: firstbell serve --port 8400 --workers 2 --learners 20000

    Example: firstbell serve --instances 2 --mirror --mirror-lag 60 --mirror-rate 1e8 --mirror-failures 0.1

    Example: firstbell serve --upload-mode faithful --upload-largest 50000000 --upload-rate 20e6 --encoders 4

    Example: firstbell serve --edge-bytes 2000000000 --edge-rate 100e6 --no-edge-coalesce

    Example: firstbell serve --sign-in idp --sign-in idp-tenant-rate=200 --sign-in sms-lag=8
    """
    content = ContentOptions(
        instances=instances, shared_urls=shared_urls, item_limit_bytes=item_limit, mirror=mirror,
        mirror_from=mirror_from, mirror_lag_s=mirror_lag, mirror_bits_per_s=mirror_rate,
        mirror_failure_share=mirror_failures, mirror_backoff_s=mirror_backoff, mirror_resume=mirror_resume,
    )  # fmt: skip
    content.check(beside=True)
    edge = edge_options.edge_rules(edge_bytes, edge_coalesce, edge_rate, beside=True)
    identity = IdentityOptions.parse(sign_in)
    identity.check(beside=True)
    try:
        configuration = Configuration(
            host=host, port=port, workers=workers, hash_threads=hash_threads, database=database, data_directory=data,
            learners=learners, password_hash=_parsed(password_hash), page_cache_s=page_cache,
            commit_delay_s=commit_delay, replace_workers=replace_workers,
            cores=tuple(core) if core else None, seed=seed, **asdict(content), past_attempts=past_attempts,
            edge=edge,
            uploads=UploadRules(
                mode=upload_mode.value, largest_bytes=upload_largest, largest_batch_bytes=upload_largest_batch,
                bits_per_s=upload_rate, cut_share=upload_cuts, lag_s=upload_lag, resume=upload_resume,
                encoders=encoders, encoding_s_per_video_s=encoding_speed,
            ),
        )  # fmt: skip
        configuration = identity.applied_to(configuration)
        typer.echo(f"Starting the reference backend on http://{host}:{port}; Ctrl-C ends it.", err=True)
        serve_backend(configuration)
    except ConfigurationError as error:
        raise InputError(_problem(told) for told in error.problems) from None
    except WorkerLost as lost:
        typer.echo(f"firstbell: {lost}; the others have been stopped.", err=True)
        raise typer.Exit(1) from None


def _parsed(password_hash: str) -> PasswordHash:
    try:
        return PasswordHash.parse(password_hash)
    except ValueError as error:
        raise ConfigurationError(str(error)) from None


def _problem(told: str) -> Problem:
    remedy = "`firstbell serve --help` shows the options"
    return Problem(source="firstbell serve", key=None, value=None, what=told, remedy=remedy)
