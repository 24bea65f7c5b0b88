"""What an outside check may ask of a book: orders, phases, accesses and stages (contracts, section 6). Reads only."""

from schemas.words import Stage
from streams.rules.book import Book

QueueView = dict[str, object]


def view_queues(book: Book) -> dict[str, QueueView]:
    """Every queue of a book by its id: order, phase, holders of access in order, places with their stages."""
    state = book.state
    places: dict[str, dict[str, Stage]] = {}
    for place in state.places.values():
        places.setdefault(place.terms.queue, {})[place.id] = place.stage
    views: dict[str, QueueView] = {}
    for queue_id in sorted(state.queues):
        queue = state.queues[queue_id]
        order = list(queue.order)
        views[queue_id] = {
            "order": order,
            "phase": queue.order.phase,
            "access": [application_id for application_id in order if application_id in queue.holders],
            "places": places.get(queue_id, {}),
        }
    return views
