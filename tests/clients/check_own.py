"""What only one language has, tested by its own test runner: `check_own.py LANGUAGE`."""
import os
import subprocess
import sys
import tempfile

import shared

RUNNERS = {"python": [sys.executable, "-m", "unittest", "own.py"], "node": ["node", "--test", "own.mjs"],
           "php": ["php", "-d", "zend.assertions=1", "-d", "assert.exception=1", "own.php"]}
runner = RUNNERS[sys.argv[1]]
shared.need(sys.argv[1])
with tempfile.TemporaryDirectory() as folder, shared.Server(folder) as server:
    environment = {**shared.environment(), "SMARTSHELF_ENDPOINT": server.endpoint, "SMARTSHELF_NOBODY": f"ipc://{folder}/nobody.ipc"}
    sys.exit(subprocess.run(runner, cwd=os.path.dirname(os.path.abspath(__file__)), env=environment, check=False, timeout=100).returncode)
