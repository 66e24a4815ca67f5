#!/usr/bin/env python3
"""A distributor for gene build that uses this machine alone, and shows what one for others has to do.

distributor.py [--jobs N] [--kill-once FILE] [--fail JOB] [--log FILE] JOBS.json

Each job runs in a folder of its own that has nothing but the job's inputs, as it would on another machine: they are copied there,
and the outputs back. --kill-once kills the worker of the first job, unless FILE is there, which it makes; --fail lets the job with this
number come to nothing; --log appends the number of each job that is begun. These are for tests.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--kill-once")
    parser.add_argument("--fail")
    parser.add_argument("--log")
    parser.add_argument("file", type=pathlib.Path)
    options = parser.parse_args()
    plan = json.loads(options.file.read_text())
    here = options.file.parent

    def run(job):
        with tempfile.TemporaryDirectory() as folder:
            for name in job["inputs"]:
                shutil.copy(here / name, folder)
            if options.log:
                with open(options.log, "a") as log:
                    print(*job["outputs"], file=log)
            if options.fail in job["outputs"]:
                print(f"no machine has time for {options.fail}")
                return False
            worker = subprocess.Popen(plan["common"]["args"] + job["args"], cwd=folder)
            if options.kill_once and job is plan["jobs"][0] and not os.path.exists(options.kill_once):
                pathlib.Path(options.kill_once).touch()
                worker.kill()
            if worker.wait() != 0:
                print(f"the worker of {job['outputs'][0]} ended with {worker.returncode}")
                return False
            for name in job["outputs"]:
                shutil.copy(pathlib.Path(folder) / name, here / (name + ".part"))
                os.rename(here / (name + ".part"), here / name)  # there as a whole, or not
        return True

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        good = list(pool.map(run, plan["jobs"]))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
