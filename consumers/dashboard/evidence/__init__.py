"""The pages that end a rumour: application, queue, place, organisation, record, each with its proof."""
