"""The owner of a personal site, whose name is that of the site."""

from __future__ import annotations

from copydesk.transforms.tag import address
from copydesk.transforms.tag.lookup import gazetteers
from copydesk.transforms.tag.page import page_headings
from copydesk.transforms.tag.persons import name_shape
from copydesk.transforms.tag.persons.byline_candidate import Candidate
from copydesk.transforms.tag.persons.person_names import Name
from copydesk.transforms.tag.tagger import View

#: Letters of a name that its site's address has as well (arbitrary).
_LEAST_CHARS = 4


def of_site(view: View) -> Candidate | None:
    """Return the person after whom a site is named: Ana Ruiz for "Ana Ruiz" at anaruiz.example.

    The name has a frequent given name, the address has a part of the name, and no known outlet is
    called so.
    """
    if view.page is None:
        return None
    host = gazetteers.key(address.host(view.document.url or view.values.get("canonical_url")))
    for name, source in page_headings.site_names(view.page):
        parts = [gazetteers.key(word) for word in name.split()]
        if (
            name_shape.is_full_name(name)
            and name_shape.has_given_name(name)
            and any(len(part) >= _LEAST_CHARS and part in host for part in parts)
            and not gazetteers.outlet_named(name)
            and not name_shape.is_organisation(name)
        ):
            return Candidate((Name(name),), name, source)
    return None
