//! Any text as a Python deploy script: no panic, no hang, no overflow of the stack. Replays the corpus of the fuzz
//! target, and mutates it for some seconds: `GCP_DRIFT_FUZZ_SECONDS=600` for longer.

use std::time::Duration;

use crate::common::fuzz::{self, Driver};

/// No input may take longer; in a build without optimisation, on a busy machine.
const MAX_TIME: Duration = Duration::from_secs(30);
const MAX_BYTES: usize = 8 << 10;
const WORDS: [&str; 44] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":\n    ",
    "\n",
    "    ",
    "'",
    "f'{x}",
    "import a.b\n",
    "from . import *\n",
    "def f(*a, **k):\n    ",
    "class C(C):\n    ",
    "return f()\n",
    "yield x\n",
    "yield from f()\n",
    "for x in f():\n    ",
    "while x:\n    ",
    "if os.environ.get('A'):\n    ",
    "try:\n    ",
    "except KeyError:\n    ",
    "raise\n",
    "break\n",
    "continue\n",
    "match x:\n    case 1:\n        ",
    "lambda x: x(x)",
    "x = x + x\n",
    "x.append(x)\n",
    "x.pop()\n",
    "{**x, 'a': x}",
    "*x, ",
    "%s",
    "{0:>9}",
    "range(999)",
    "functools.partial(f, x)",
    "itertools.product(x, x)",
    "subprocess.run(['gcloud', 'run', 'deploy', x, *y])\n",
    "os.system('gcloud run deploy ' + x)\n",
    "argparse.ArgumentParser()",
    "p.add_parser('x').set_defaults(f=f)\n",
    "run_v2.Service(template=x)",
    "client.update_service(service=s)\n",
];

#[test]
fn the_corpus_and_its_mutations_do_no_harm() {
    // The evaluation has a thread of its own.
    let driver = Driver { corpus: "deploy_python", least: 60, stack: 4 << 20, max_time: MAX_TIME };
    let check = |text: &String| assert_eq!(gcp_drift::deploy::python_script(text).files, 1);
    driver.run(fuzz::text, check, |dice, corpus| fuzz::script(dice, corpus, &WORDS, MAX_BYTES));
}
