"""`slogate check`: the gate."""

from __future__ import annotations

import os
from pathlib import Path

import click

from slogate.ci.comments import CHOICES
from slogate.ci.detect import detect
from slogate.cli.announce import (
    Commenting,
    Files,
    announce,
    begin,
    comment,
    comment_failure,
    find_change,
    give_outputs,
    withdraw,
    write_reports,
)
from slogate.cli.compose import Wanted, configured, deploy_freeze, present
from slogate.cli.judge import CheckOptions, judge
from slogate.cli.options import FAIL_ON, Duration, Ratio, common, mildest, of_range, reads_inputs
from slogate.cli.output import show
from slogate.cli.risks import Question
from slogate.cli.secrets import without_secrets
from slogate.core.governance import CHANGE_TYPES
from slogate.core.model import Risk
from slogate.core.situation import Request, Situation
from slogate.errors import SlogateError

LONGEST_REASON = 500
REPORT = click.Path(path_type=Path, dir_okay=False)


@reads_inputs
@click.command("check")
@click.argument("services", metavar="[SERVICE]...", nargs=-1)
@common("check", by_ref=True)
@click.option(
    "--risk",
    type=click.Choice([*(risk.word for risk in Risk), "auto"]),
    default="auto",
    show_default=True,
    help="How risky the change is; auto asks git, and so does a level, unless the configuration "
    "has `combine: first`: the highest counts.",
)
@of_range("check")
@click.option(
    "--canary/--no-canary",
    "with_canary",
    help="Judge the canary of each service too: --canary-version against --baseline-version.",
)
@click.option("--baseline-version", metavar="VERSION", help="For --canary: what runs.")
@click.option("--canary-version", metavar="VERSION", help="For --canary: the new version.")
@click.option(
    "--fail-on",
    type=click.Choice(FAIL_ON),
    default="defer",
    show_default=True,
    help="The mildest decision that ends with a code other than 0.",
)
@click.option(
    "--advise/--no-advise",
    help="Say what would happen; a decision exits 0 (missing evidence does not).",
)
@click.option(
    "--change-type",
    type=click.Choice(CHANGE_TYPES),
    help="What the release is for, if the policy makes exceptions [default: from git, and from "
    "labels and commit trailers where the policy trusts them].",
)
@click.option(
    "--cost",
    type=Ratio(),
    metavar="PERCENT",
    help="Share of the error budget that this release is expected to spend, such as 5% "
    "[default: of the policy].",
)
@click.option(
    "--override",
    metavar="REASON",
    help="Set the decision aside, where the policy permits it to who asks.",
)
@click.option(
    "--wait",
    type=Duration(),
    metavar="DURATION",
    help="Check again until the release passes, for at most this long, such as 45m.",
)
@click.option("--summary", type=REPORT, help="Also write the markdown summary to this file.")
@click.option("--json", "json_file", type=REPORT, help="Also write the JSON verdict to this file.")
@click.option("--junit", type=REPORT, help="Also write the verdict as JUnit XML to this file.")
@click.option(
    "--comment",
    "choice",
    type=click.Choice(CHOICES),
    help="Keep a comment on the pull or merge request [default: never; on GitLab on-fail, where "
    "SLOGATE_GITLAB_TOKEN is set].",
)
@click.option(
    "--comment-id",
    help="Tells the comments of several gates apart, as in a matrix [default: job, "
    "configuration and services].",
)
def command(
    *,
    services: tuple[str, ...],
    config: Path | None,
    config_ref: str | None,
    at: int | None,
    timeout: int,
    format_: str,
    output: Path | None,
    color: str,
    verbose: bool,
    quiet: bool,
    risk: str,
    base: str | None,
    head: str | None,
    fetch: bool,
    with_canary: bool,
    baseline_version: str | None,
    canary_version: str | None,
    fail_on: str,
    advise: bool,
    change_type: str | None,
    cost: float | None,
    override: str | None,
    wait: int | None,
    summary: Path | None,
    json_file: Path | None,
    junit: Path | None,
    choice: str | None,
    comment_id: str | None,
) -> int:
    """May this release go out? Budgets x risk x policy -> verdict and exit code.

    Exits 0 to go on (review too, unless --fail-on review), 10 review, 20 defer, 30 block,
    40 no data, 50 could not measure, 2 wrong configuration. All services unless named.
    In GitHub Actions and GitLab CI it feeds the platform's own outputs and summaries.
    """
    if wait is not None and at is not None:
        raise click.UsageError("--wait checks the present again and again: leave out --at")
    if override is not None and len(override) > LONGEST_REASON:
        raise click.UsageError(f"--override: the reason is longer than {LONGEST_REASON} characters")
    platform = detect(os.environ)
    files = begin(Files(summary, json_file, junit, output), platform)
    change = find_change(platform, os.environ)
    commenting = Commenting(choice, comment_id, services, config)
    asked = CheckOptions(
        services,
        Question(None if risk == "auto" else risk, base, head, fetch=fetch, change=change),
        Situation(
            now=present(at),
            fail_on=mildest(fail_on),
            advise=advise,
            deploy_freeze=deploy_freeze(os.environ),
            stated=change_type,
            labels=change.labels if change else (),
            override=Request(override, change.actor if change else "") if override else None,
            cost=cost,
        ),
        (baseline_version, canary_version) if with_canary else None,
        timeout,
        wait,
        explain=verbose,
        quiet=quiet,
    )
    try:
        wanted = Wanted(config, config_ref, change, fetch=fetch, timeout=timeout, quiet=quiet)
        with configured(wanted) as loaded:
            verdict = without_secrets(judge(loaded, asked))
        write_reports(verdict, files)
        show(verdict, format_, output, color=color, verbose=verbose)
        if platform is not None:
            announce(verdict, platform, folded=format_ == "text" and not (verbose or quiet))
        comment(verdict, commenting, platform)
        if platform is not None:
            give_outputs(verdict, files, platform)
    except BaseException as error:
        # NOTE: whatever ended the run, no report may be left that says more than its exit code.
        withdraw(files)
        if isinstance(error, SlogateError):
            comment_failure(error, commenting, platform, change)
        raise
    return verdict.exit_code
