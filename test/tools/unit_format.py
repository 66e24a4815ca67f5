"""lit's format for test/unit: one test for each suite of the GoogleTest program, which lists them itself."""
import re
import subprocess

import lit.Test
import lit.formats


class UnitFormat(lit.formats.FileBasedTest):
    def __init__(self, program, pattern):
        self.program, self.pattern = program, re.compile(pattern)  # of the names of suites

    def suites(self):
        """The names of the suites; None if the program is not there or ends badly."""
        try:
            done = subprocess.run([self.program, "--gtest_list_tests"], capture_output=True, text=True)
        except OSError:
            return None
        if done.returncode != 0:
            return None
        return [line.strip(". ") for line in done.stdout.splitlines() if line.endswith(".") and self.pattern.search(line)]

    def getTestsInDirectory(self, testSuite, path_in_suite, litConfig, localConfig):
        for name in self.suites() or ["program"]:
            yield lit.Test.Test(testSuite, path_in_suite + (name,), localConfig)

    def execute(self, test, lit_config):
        name = test.path_in_suite[-1]
        if name not in (self.suites() or []):
            return lit.Test.UNRESOLVED, f"{self.program} does not list its tests: has it been built?"
        done = subprocess.run([self.program, f"--gtest_filter={name}.*", "--gtest_brief=1"], capture_output=True, text=True,
                              env=test.config.environment)
        return lit.Test.PASS if done.returncode == 0 else lit.Test.FAIL, done.stdout + done.stderr
