"""lit's format for test/language: NAME.gene with NAME.out (and NAME.exit, NAME.args), on every engine."""
import os
import subprocess
import sys
from pathlib import Path

import lit.Test
import lit.formats

BOTH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "both.py")


class LanguageFormat(lit.formats.FileBasedTest):
    def execute(self, test, lit_config):
        program = Path(test.getSourcePath())
        expected = program.with_suffix(".out")
        if not expected.exists():
            return lit.Test.UNRESOLVED, f"{expected.name} is missing"
        command = [sys.executable, BOTH, "--gene", test.config.gene, "--expect", str(expected)]
        if test.config.environment.get("GENE_TEST_STRESS"):
            command.append("--stress")
        if program.with_suffix(".exit").exists():
            command += ["--exit", program.with_suffix(".exit").read_text().strip()]
        command.append(str(program))
        if program.with_suffix(".args").exists():
            command += program.with_suffix(".args").read_text().split()
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ | test.config.environment)
        if done.returncode == 0:
            return lit.Test.PASS, ""
        return lit.Test.FAIL, f"{' '.join(command)}\n{done.stderr}{done.stdout}"
