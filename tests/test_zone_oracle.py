"""Days and hours of the shop's time zone against Python's zoneinfo: random instants, those around every change of the clocks,
and local times back again, those that clocks leave out or show twice too."""
import datetime
import functools
import os
import random
import subprocess
import unittest
import zoneinfo

from program import seed

DUMP = os.path.join(os.environ.get("SMARTSHELF_BUILD", "build"), "tests", "dump_zone")
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "America/Havana",
         "America/Sao_Paulo", "Pacific/Apia", "Pacific/Chatham", "Europe/Dublin", "America/St_Johns", "Asia/Tehran", "UTC"]
EPOCH = datetime.datetime(1970, 1, 1)
SECOND = 1_000_000
FIRST, LAST = 0, 2_145_000_000  # 1970 to 2037


def dump(zone, lines):
    done = subprocess.run([DUMP, zone], input="".join(f"{line}\n" for line in lines), capture_output=True, text=True, check=True)
    return done.stdout.split("\n")[:-1]


def local_of(zone, instant):
    """Seconds of the zone's own clock since its 1970-01-01T00:00."""
    aware = datetime.datetime.fromtimestamp(instant, datetime.timezone.utc).astimezone(zone)
    return round((aware.replace(tzinfo=None) - EPOCH).total_seconds())


@functools.cache
def changes(zone):
    """The seconds from which on the clock has another offset."""
    step, found = 86400 * 14, []
    for begin in range(FIRST, LAST, step):
        low, high = begin, begin + step
        if local_of(zone, low) - low == local_of(zone, high) - high:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if local_of(zone, middle) - middle == local_of(zone, low) - low else (low, middle)
        found.append(high)
    return found


def first_instant(zone, local):
    """Of all instants within two days that show `local` or later, the first."""
    for instant in sorted({local - offset for offset in offsets_near(zone, local)}):
        if local_of(zone, instant) == local:
            return instant
    return next(change for change in changes(zone) if local_of(zone, change) > local and local_of(zone, change - 1) < local)


def offsets_near(zone, local):
    return {local_of(zone, instant) - instant for instant in range(local - 2 * 86400, local + 2 * 86400, 21600)}


class Zones(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(seed())

    def instants(self, zone):
        near = [change + off for change in changes(zone) for off in (-3600, -1, 0, 1, 3599)]
        return near + [self.random.randrange(FIRST, LAST) for _ in range(1000)]

    def test_instants(self):
        for name in ZONES:
            zone = zoneinfo.ZoneInfo(name)
            instants = self.instants(zone)
            answers = dump(name, [instant * SECOND + self.random.randrange(SECOND) for instant in instants])
            for instant, answer in zip(instants, answers, strict=True):
                local = local_of(zone, instant)
                day = local // 86400
                self.assertEqual(answer, f"{day} {(EPOCH + datetime.timedelta(days=day)).weekday()} {local % 86400}", (name, instant))

    def test_local_times(self):
        for name in ZONES:
            zone = zoneinfo.ZoneInfo(name)
            found = changes(zone)
            locals_ = [local_of(zone, change) + off for change in self.random.sample(found, min(8, len(found)))
                       for off in (-7200, -3600, -1800, -1, 0, 1800)]
            locals_ += [self.random.randrange(FIRST, LAST) for _ in range(20)]
            for local, answer in zip(locals_, dump(name, [f"@{local * SECOND}" for local in locals_]), strict=True):
                self.assertEqual(int(answer), first_instant(zone, local) * SECOND, (name, local))

    def test_fixed_offsets(self):
        for name, offset in (("+02:00", 7200), ("-05:30", -19800), ("+14:00", 50400), ("UTC", 0)):
            self.assertEqual(dump(name, [0, -1, f"@{offset * SECOND}"]),
                             [f"{offset // 86400} {(offset // 86400 + 3) % 7} {offset % 86400}",
                              f"{(offset - 1) // 86400} {((offset - 1) // 86400 + 3) % 7} {(offset - 1) % 86400}", "0"])


if __name__ == "__main__":
    unittest.main()
