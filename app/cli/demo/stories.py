"""The texts of the demo desk: a shop for planted aquariums, its next two weeks. Data only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    """One content item. `fate`: draft, asked (waits for the other person), live, refused, silent, held or tomorrow."""

    title: str
    body: str
    by: str
    fate: str
    accounts: tuple[str, ...] = ("site",)
    picture: str = ""
    alt: str = ""


STORIES = (
    Story(
        "Five stones, one story",
        "Five stones, one story.\n\nThe Oyaishi leans into the current; the other four follow. We planted Monte Carlo on dry"
        " soil, misted for six weeks, then flooded. No algae bloom, no replanting.\n\nFull build log on Thursday, with the"
        " plant list and the light schedule. #iwagumi #aquascape",
        "admin",
        "asked",
        picture="iwagumi",
        alt="Planted tank with five grey stones on a low green carpet and a small school of fish",
    ),
    Story(
        "Why your Monte Carlo melts",
        "It is not the plant, it is the move. Leaves grown in air are built for air; under water they melt and new ones"
        " come.\n\nGive it three weeks, steady CO₂ and a light that does not shout. Cut nothing before the new leaves are"
        " there.",
        "reviewer",
        "asked",
    ),
    Story(
        "Rinse your stones first",
        "New stones bring dust, and sometimes lime. A bucket, a brush and ten minutes save you a week of cloudy water.\n\n"
        "A drop of vinegar that fizzes means lime: good for shrimp, bad for soft water plants.",
        "admin",
        "live",
        picture="stones",
        alt="Three grey stones in a glass tank before planting",
    ),
    Story(
        "Cherry shrimp, day one",
        "Float the bag, then drip for an hour. Shrimp forgive almost anything but a hurry.\n\nNo copper, no big fish, moss"
        " in the corner.",
        "admin",
        "refused",
        ("site", "The strict sandbox"),
    ),
    Story(
        "The quiet filter, tested",
        "We ran it for ninety days beside a bedroom door. 31 decibels on day one, 33 on day ninety; the sponge wants a"
        " rinse every third week.",
        "reviewer",
        "silent",
        ("The silent sandbox",),
    ),
    Story(
        "Black Friday: nano kits",
        "Tank, light, soil and three pots of moss in one box, until Monday or until the shelf is empty.",
        "reviewer",
        "held",
    ),
    Story(
        "Sunday tank reset",
        "Trim, siphon, a third of the water, wipe the glass. Twenty minutes with a cup of tea, and the week can come.",
        "admin",
        "tomorrow",
    ),
    Story(
        "Carpet without CO₂: what we know so far",
        "Notes for the long read: low light, deep soil, patience. Ask Li Wen for the pictures of the second tank.",
        "reviewer",
        "draft",
    ),
)
