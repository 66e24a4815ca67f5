#!/usr/bin/env python3
"""Programs whose modules are compiled one by one and linked are those that are built of their sources, byte for byte;
an object that is made with interfaces is the one that is made with the sources of what is imported.

separate.py --gene GENE [--emit KIND] [--part K/N] FILE...   (KIND: bytecode, which is quick, or exe)

The modules of a program are those that its dependency file names. A program that does not compile, or is no module of a file,
is left out.
"""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile


def run(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, timeout=300, **more)


def check(gene, emit, file):
    """What is wrong, '' if nothing is; None for a program that does not compile."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder)
        environment = os.environ | {'SOURCE_DATE_EPOCH': '0'}

        def build(*words):
            return run(gene, 'build', '--warn', 'none', '--no-cache', *words, cwd=file.parent, env=environment)

        whole = build(file.name, '-MD', f'--emit={emit}', '-o', str(out / 'whole.x'))
        if whole.returncode != 0:
            return None
        inputs = (out / 'whole.d').read_text().split(': ', 1)[1].replace('\\ ', '\0').split()
        modules = [name.replace('\0', ' ').replace('\\#', '#').replace('$$', '$') for name in inputs if name.endswith('.gene') and not name.endswith('package.gene')]
        objects, interfaces, alone = [], [], []
        for number, module in enumerate(modules):
            objects.append(str(out / f'{number}.o'))
            made = build('-c', module, '-o', objects[-1])
            if made.returncode != 0:
                return f'{module} is not compiled alone: {made.stderr}'
            code, interface = pathlib.Path(objects[-1]).read_bytes(), (out / f'{number}.gi').read_bytes()
            interfaces.append(['--interface', str(out / f'{number}.gi')])
            alone.append((module, code, interface))
        for number, (module, code, interface) in enumerate(alone):
            others = sum(interfaces[:number] + interfaces[number + 1:], [])
            if not others:
                continue
            made = build('-c', module, '-o', str(out / 'again.o'), *others)
            if made.returncode != 0:
                return f'{module} is not compiled with interfaces: {made.stderr}'
            if (out / 'again.o').read_bytes() != code or (out / 'again.gi').read_bytes() != interface:
                return f'{module} is another object with interfaces'
        linked = build(*objects, f'--emit={emit}', '-o', str(out / 'linked.x'))
        if linked.returncode != 0:
            return f'is not linked: {linked.stderr}'
        if (out / 'whole.x').read_bytes() != (out / 'linked.x').read_bytes():
            return 'another program'
        return ''


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--gene', required=True)
    parser.add_argument('--emit', default='bytecode')
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('--part', default='1/1', help='of the files, one of N parts')
    parser.add_argument('files', nargs='+', type=pathlib.Path)
    options = parser.parse_args()
    gene = str(pathlib.Path(options.gene).absolute())
    part, parts = map(int, options.part.split('/'))
    files = options.files[part - 1::parts]
    same = bad = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for file, problem in zip(files, pool.map(lambda f: check(gene, options.emit, f.absolute()), files)):
            same += problem == ''
            if problem:
                bad += 1
                print(f'{file}: {problem}')
    print(f'{same} programs are the same, {bad} are not')
    return bad != 0


if __name__ == '__main__':
    sys.exit(main())
