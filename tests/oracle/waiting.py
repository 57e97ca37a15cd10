"""Returns that come before their events: they do nothing until the event is applied, then they are
decided at their own time."""


class Waiting:
    def must_wait(self, event):
        """Whether this is a return of what has not been applied yet."""
        return event.type == 'return' and 'of' in event.fields and not any(
            event.fields['of'] in member.by_id for member in self.members.values())

    def wait(self, event):
        self.waiting.append(event)
        self.waits = True

    def arrived(self, event):
        """What waited for this event, in the order in which it came."""
        told = self.applied, self.skipped
        for late in [e for e in self.waiting if e.fields['of'] == event.id]:
            self.waiting.remove(late)
            self.refused_later[late.id] = self.apply(late)
        self.applied, self.skipped = told
        self.waits = False
