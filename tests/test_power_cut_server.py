"""The power fails at a random moment under a server that several clients load: what the disk may then hold (power_cut.h, told from what
power_cut_layer.c wrote down) is what the next server starts from, and every event and change that was acknowledged is there. Unlike kill -9
this tells an acknowledgement that comes before the sync. 4 cuts; 50 with SMARTSHELF_LONG=1. And a server whose store does not sync is caught."""
import os
import shutil
import subprocess
import unittest

import test_kill9
from live_server import LONG, PROGRAM

BUILD = os.environ.get("SMARTSHELF_BUILD") or os.path.dirname(PROGRAM)
CUTS = 50 if LONG else 4
NO_SYNC, WITH_SYNC = 0x10000, 0  # MDB_NOSYNC


class PowerCut(test_kill9.Kill9):
    RUNS = CUTS
    lmdb_flags = WITH_SYNC

    def begin(self):
        """The next server has the layer under it; what it finds on the disk is kept aside."""
        store, aside = self.server.store, f"{self.temporary.name}/base"
        shutil.rmtree(aside, ignore_errors=True)
        os.makedirs(f"{store}/state", exist_ok=True)
        shutil.copytree(f"{store}/state", aside)
        self.server.start(LD_PRELOAD=f"{BUILD}/tests/libpower_cut_layer.so", SMARTSHELF_CUT_FOLDER=f"{store}/state",
                          SMARTSHELF_CUT_JOURNAL=f"{self.temporary.name}/journal", SMARTSHELF_CUT_LMDB=str(self.lmdb_flags))

    def crashed(self):
        """With the server is gone what was not synced."""
        state = f"{self.server.store}/state"
        shutil.rmtree(state)
        os.makedirs(state)
        subprocess.run([f"{BUILD}/tests/dump_power_cut", f"{self.temporary.name}/journal", f"{self.temporary.name}/base", state,
                        str(self.random.getrandbits(32))], check=True, stdout=subprocess.DEVNULL)


class WithoutSync(PowerCut):
    lmdb_flags = NO_SYNC

    def test_what_was_acknowledged_survives(self):
        with self.assertRaises(AssertionError):
            super().test_what_was_acknowledged_survives()


del test_kill9.Kill9  # it is test_kill9.py that runs it

if __name__ == "__main__":
    unittest.main()
