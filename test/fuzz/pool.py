"""Jobs of the fuzzers, several at a time."""
import concurrent.futures
import os


def add_options(parser):
    """--gene and --jobs."""
    parser.add_argument("--gene", required=True, type=os.path.abspath)
    parser.add_argument("--jobs", type=int, default=2)


def run_all(function, work, jobs):
    """The results for all of `work`, in its order, each as soon as it is there."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(function, work)
