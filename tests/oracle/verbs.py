"""The command, asked by the tests that make ledgers and programmes up."""
import os
import subprocess

NOTCH = os.environ.get('NOTCH', './notch')
SECONDS = 300


def command(*arguments):
    """Its exit code, or that it did not come to an end, and what it printed."""
    try:
        done = subprocess.run([NOTCH] + list(arguments), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return 'no end', ''
    return done.returncode, done.stdout.decode('utf-8', 'replace')
