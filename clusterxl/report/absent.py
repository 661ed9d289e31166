"""Groups without a return that counts: nobody knows more, or a batch knows what became of them."""

from __future__ import annotations

from collections import Counter

from clusterxl.report.context import Context, inert


def empty_word(context: Context, group: str) -> str:
    """Return why a group has no return that counts, in a word or two.

    Args:
        context: The comparison.
        group: Name of the group.
    """
    if context.filing is None:
        return context.say("report.group_without")
    return context.filing.standings.get(group) or context.say("report.group_unlisted")


def empty_groups(context: Context) -> tuple[str, ...]:
    """Return the names of the groups without a return that counts."""
    groups = context.comparison.groups
    return tuple(groups.loc[groups["subjects"] == 0, "group"]) if len(groups) else ()


def told_empty(context: Context) -> str:
    """Tell how many groups have no return that counts and, in a batch, why; empty for none."""
    names = empty_groups(context)
    figures = {"empty": len(names), "group": context.group_noun}
    if not names:
        return ""
    if context.filing is None:
        return context.say("report.groups_empty", **figures)
    counts = Counter(empty_word(context, name) for name in names)
    parts = (
        context.say("report.groups_why", count=count, word=inert(word))
        for word, count in counts.most_common()
    )
    why = context.say("report.clause_gap").join(parts)
    return context.say("report.groups_uncounted", why=why, **figures)
