#!/usr/bin/env python3
"""Records what real interpreters compile: writes syntax.json beside this file.

    python3 tests/tree/record_syntax.py python3.8 python3.9 …

With `--answers` it prints those of the interpreter that runs it.
"""

import json
import subprocess
import sys
import warnings
from pathlib import Path

SNIPPETS = {
    # Version-dependent syntax.
    "walrus": "if (n := 3) > 2:\n    pass\n",
    "positional_only": "def f(a, /, b):\n    pass\n",
    "fstring_equals": "x = 1\nf'{x=}'\n",
    "return_unpacked": "def f(x):\n    return 1, *x\n",
    "decorator_expression": "@a.b[0].c\ndef f():\n    pass\n",
    "with_parenthesised": "with (open('a') as a, open('b') as b):\n    pass\n",
    "with_parenthesised_trailing_comma": "with (open('a') as a, open('b') as b,):\n    pass\n",
    "dict_union": "x = {} | {}\n",
    "match": "match x:\n    case [a, *rest]:\n        pass\n    case {'k': v, **others}:\n        pass\n    case _:\n        pass\n",
    "match_is_a_name": "match = 1\nmatch[0]\ncase = match\n",
    "union_type": "def f(x: int | str) -> None:\n    pass\n",
    "except_star": "try:\n    pass\nexcept* ValueError:\n    pass\n",
    "star_in_index": "x[*a]\n",
    "star_annotation": "def f(*args: *Ts):\n    pass\n",
    "for_unpacked": "for x in *a, *b:\n    pass\n",
    "async_comprehension_inside": "async def f():\n    return [[x async for x in g()] for _ in y]\n",
    "fstring_same_quotes": "x = f'{d['k']}'\n",
    "fstring_backslash": "x = f'{\"\\n\".join(y)}'\n",
    "fstring_comment": "x = f'''{\n    y  # why\n}'''\n",
    "fstring_nested": "x = f'{f\"{f'''{1}'''}\"}'\n",
    "type_statement": "type Point = tuple[float, float]\n",
    "type_is_a_name": "type = 1\ntype(x)\n",
    "type_parameters": "def f[T](x: T) -> T:\n    return x\n\n\nclass C[T]:\n    pass\n",
    "type_parameter_default": "class C[T = int]:\n    pass\n",
    "except_without_parentheses": "try:\n    pass\nexcept ValueError, TypeError:\n    pass\n",
    "template_string": "x = t'{y}'\n",
    "parenthesised_keyword": "f((a)=1)\n",
    "assignment_in_index": "x[y := 1]\n",
    "assignment_in_set": "{y := 1, 2}\n",
    "finally_continue": "for x in y:\n    try:\n        pass\n    finally:\n        continue\n",
    "debug_deleted": "del __debug__\n",
    "lambda_star_index": "a[lambda: 1]\n",
    # What parses and is not compiled.
    "return_at_module": "return 1\n",
    "return_in_class": "class C:\n    return 1\n",
    "yield_at_module": "yield 1\n",
    "yield_in_class": "def f():\n    class C:\n        yield 1\n",
    "yield_in_lambda": "f = lambda: (yield)\n",
    "yield_in_comprehension": "def f():\n    return [(yield x) for x in y]\n",
    "await_at_module": "await x\n",
    "await_in_def": "def f():\n    await x\n",
    "await_in_lambda": "async def f():\n    return lambda: await x\n",
    "await_in_async_def": "async def f():\n    await x\n",
    "await_in_nested_def": "async def f():\n    def g():\n        await x\n",
    "await_in_comprehension": "async def f():\n    return [await x for x in y]\n",
    "await_in_generator_of_def": "def f():\n    return (await x for x in y)\n",
    "await_in_list_of_def": "def f():\n    return [await x for x in y]\n",
    "async_for_in_def": "def f():\n    async for x in y:\n        pass\n",
    "async_with_in_def": "def f():\n    async with x:\n        pass\n",
    "async_generator_of_def": "def f():\n    return (x async for x in y)\n",
    "yield_from_in_async_def": "async def f():\n    yield from x\n",
    "return_value_in_async_generator": "async def f():\n    yield 1\n    return 2\n",
    "return_in_async_generator": "async def f():\n    yield 1\n    return\n",
    "break_at_module": "break\n",
    "continue_at_module": "continue\n",
    "break_in_if": "if x:\n    break\n",
    "break_in_loop": "while x:\n    if y:\n        break\n",
    "break_in_else_of_loop": "for x in y:\n    pass\nelse:\n    break\n",
    "break_in_def_in_loop": "for x in y:\n    def f():\n        break\n",
    "break_in_class_in_loop": "for x in y:\n    class C:\n        break\n",
    "break_in_with_in_loop": "for x in y:\n    with z:\n        break\n",
    "continue_in_match_in_loop": "for x in y:\n    match x:\n        case 1:\n            continue\n",
    "parameter_twice": "def f(a, a):\n    pass\n",
    "parameter_twice_in_lambda": "f = lambda a, *a: 1\n",
    "keyword_twice": "f(a=1, a=2)\n",
    "keyword_twice_in_class": "class C(metaclass=a, metaclass=b):\n    pass\n",
    "positional_after_keyword": "f(a=1, 2)\n",
    "default_before_required": "def f(a=1, b):\n    pass\n",
    "nonlocal_at_module": "nonlocal x\n",
    "nonlocal_without_binding": "def f():\n    nonlocal x\n",
    "nonlocal_bound_outside": "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n",
    "nonlocal_bound_later": "def f():\n    def g():\n        nonlocal x\n    for x in y:\n        pass\n",
    "nonlocal_of_parameter_outside": "def f(x):\n    def g():\n        nonlocal x\n",
    "nonlocal_of_global": "x = 1\n\n\ndef f():\n    def g():\n        nonlocal x\n",
    "nonlocal_through_class": "def f():\n    x = 1\n    class C:\n        nonlocal x\n        def g(self):\n            nonlocal x\n",
    "nonlocal_bound_by_import": "def f():\n    import os.path\n    def g():\n        nonlocal os\n",
    "nonlocal_bound_by_except": "def f():\n    try:\n        pass\n    except E as e:\n        pass\n    def g():\n        nonlocal e\n",
    "nonlocal_bound_in_comprehension": "def f():\n    [x for x in y]\n    def g():\n        nonlocal x\n",
    "nonlocal_bound_by_walrus": "def f():\n    [x := z for z in y]\n    def g():\n        nonlocal x\n",
    "nonlocal_of_own_parameter": "def f():\n    x = 1\n    def g(x):\n        nonlocal x\n",
    "nonlocal_after_use": "def f():\n    x = 1\n    def g():\n        print(x)\n        nonlocal x\n",
    "nonlocal_and_global": "def f():\n    x = 1\n    def g():\n        global x\n        nonlocal x\n",
    "global_after_use": "def f():\n    print(x)\n    global x\n",
    "global_after_assignment": "def f():\n    x = 1\n    global x\n",
    "global_of_parameter": "def f(x):\n    global x\n",
    "global_first": "def f():\n    global x\n    x = 1\n",
    "global_at_module": "global x\nx = 1\n",
    "global_at_module_after_assignment": "x = 1\nglobal x\n",
    "global_in_other_function": "def f():\n    x = 1\n\n\ndef g():\n    global x\n",
    "global_annotated": "def f():\n    global x\n    x: int = 1\n",
    "star_import_in_def": "def f():\n    from a import *\n",
    "star_import_in_class": "class C:\n    from a import *\n",
    "future_late": "import os\nfrom __future__ import annotations\n",
    "future_after_docstring": "'''doc'''\nfrom __future__ import annotations\n",
    "future_after_two_strings": "'''doc'''\n'''more'''\nfrom __future__ import annotations\n",
    "future_unknown": "from __future__ import braces_and_more\n",
    "bare_except_first": "try:\n    pass\nexcept:\n    pass\nexcept ValueError:\n    pass\n",
    "bare_except_last": "try:\n    pass\nexcept ValueError:\n    pass\nexcept:\n    pass\n",
    "two_stars": "*a, *b = c\n",
    "star_alone": "*a = b\n",
    "star_expression": "x = *a\n",
    "star_in_return": "def f():\n    return *a\n",
    "debug_assigned": "__debug__ = 1\n",
    "debug_parameter": "def f(__debug__):\n    pass\n",
    "none_assigned": "None = 1\n",
    "call_assigned": "f() = 1\n",
    "literal_deleted": "del 1\n",
    "condition_assigned": "if x = 1:\n    pass\n",
    "walrus_unparenthesised": "x := 1\n",
    "walrus_rebinds_iteration": "[x := 1 for x in y]\n",
    "walrus_in_iterable": "[x for x in (y := z)]\n",
    "walrus_in_class_comprehension": "class C:\n    [x := y for y in z]\n",
    "pattern_irrefutable_first": "match x:\n    case _:\n        pass\n    case 1:\n        pass\n",
    "pattern_name_twice": "match x:\n    case [a, a]:\n        pass\n",
    "pattern_alternatives_differ": "match x:\n    case [a] | [b]:\n        pass\n",
    "pattern_key_twice": "match x:\n    case {'a': 1, 'a': 2}:\n        pass\n",
    "pattern_attribute_twice": "match x:\n    case C(a=1, a=2):\n        pass\n",
    "type_parameter_twice": "def f[T, T]():\n    pass\n",
    "yield_in_annotation": "def f():\n    x: (yield) = 1\n",
    "annotation_of_tuple": "a, b: int = 1\n",
    # Limits.
    "blocks_of_20": "".join("    " * depth + "for x in y:\n" for depth in range(20)) + "    " * 20 + "pass\n",
    "blocks_of_21": "".join("    " * depth + "with x:\n" for depth in range(21)) + "    " * 21 + "pass\n",
    "blocks_in_function": "def f():\n" + "".join("    " * depth + "for x in y:\n" for depth in range(1, 21)) + "    " * 21 + "pass\n",
    "tries_of_21": "".join(" " * depth + "try:\n" for depth in range(21)) + " " * 21 + "pass\n" + "".join(" " * depth + "finally:\n" + " " * depth + " pass\n" for depth in reversed(range(21))),
    "loops_in_else_of_25": "".join("    " * depth + "for x in y:\n" + "    " * depth + "    pass\n" + "    " * depth + "else:\n" for depth in range(25)) + "    " * 25 + "pass\n",
    "blocks_of_22": "".join("    " * depth + "while x:\n" for depth in range(22)) + "    " * 22 + "pass\n",
    "ifs_of_40": "".join(" " * depth + "if x:\n" for depth in range(40)) + " " * 40 + "pass\n",
    "indents_of_99": "".join(" " * depth + "if x:\n" for depth in range(99)) + " " * 99 + "pass\n",
    "indents_of_101": "".join(" " * depth + "if x:\n" for depth in range(101)) + " " * 101 + "pass\n",
    "brackets_of_50": "x = " + "[" * 50 + "]" * 50 + "\n",
    "brackets_of_250": "x = " + "(" * 250 + "1" + ")" * 250 + "\n",
    "digits_of_4300": "x = " + "1" * 4300 + "\n",
    "digits_of_4301": "x = " + "1" * 4301 + "\n",
    "hexadecimal_digits_of_5000": "x = 0x" + "1" * 5000 + "\n",
    # Python 2, and what is simply wrong.
    "print_statement": "print 'x'\n",
    "exec_statement": "exec 'x'\n",
    "raise_with_comma": "raise E, 'x'\n",
    "except_with_comma_name": "try:\n    pass\nexcept E, e:\n    pass\n",
    "octal_of_python_2": "x = 0777\n",
    "long_of_python_2": "x = 1L\n",
    "backticks": "x = `y`\n",
    "not_equal_of_python_2": "x <> y\n",
    "unicode_prefix": "x = u'y'\n",
    "unicode_raw_prefix": "x = ur'y'\n",
    "async_is_a_keyword": "async = 1\n",
    "unclosed_bracket": "x = (1,\n",
    "unclosed_string": "x = 'y\n",
    "unclosed_triple": "x = '''y\n",
    "missing_colon": "if x\n    pass\n",
    "missing_block": "if x:\npass\n",
    "unexpected_indent": "x = 1\n  y = 2\n",
    "dedent_to_nowhere": "if x:\n        a\n    b\n",
    "tabs_and_spaces": "if x:\n        a\n\tb\n",
    "tabs_only": "if x:\n\ta\n\tb\n",
    "conflict_markers": "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> other\n",
    "placeholder": "import {{ cookiecutter.name }}\n",
    "dots": "...\n",
    "underscores_in_number": "x = 1_000\n",
    "underscores_twice_in_number": "x = 1__000\n",
    "keyword_as_argument": "f(class=1)\n",
    "bytes_not_ascii": "x = b'é'\n",
    "bytes_and_text": "x = b'a' 'b'\n",
    "fstring_empty": "x = f'{}'\n",
    "fstring_conversion": "x = f'{y!z}'\n",
    "fstring_brace": "x = f'}'\n",
    "unknown_unicode_name": "x = '\\N{NO SUCH CHARACTER}'\n",
    "unicode_name": "x = '\\N{SNOWMAN}'\n",
    "short_hexadecimal_escape": "x = '\\x1'\n",
    "unknown_escape": "x = '\\d'\n",
    "no_break_space": "x\u00a0= 1\n",
    "typographic_quotes": "x = “y”\n",
    "identifier_of_letters": "größe = 1\nℌ = 2\n",
    "backslash_at_end": "x = 1 + \\\n",
    "line_joined": "x = 1 + \\\n    2\n",
    "no_newline_at_end": "x = 1",
    "empty": "",
    "comment_only": "# x",
    "semicolons": "x = 1; y = 2;\n",
    "carriage_returns": "x = 1\r\nif x:\r\n    y = '''a\r\nb'''\r\n",
    "carriage_returns_alone": "x = 1\rif x:\r    y = 2\r",
    "form_feed": "x = 1\n\x0c\ndef f():\n    pass\n\x0c    \ny = 2\n",
    "form_feed_in_indent": "if x:\n\x0c    y = 2\n    z = 3\n",
    "control_z": "x = 1\n\x1a",
}

BYTES = {
    "bom": b"\xef\xbb\xbfx = 1\n",
    "bom_and_utf8_cookie": b"\xef\xbb\xbf# coding: utf-8\nx = '\xc3\xa9'\n",
    "bom_and_latin_cookie": b"\xef\xbb\xbf# coding: latin-1\nx = '\xc3\xa9'\n",
    "latin_without_cookie": b"x = '\xe9'\n",
    "latin_in_comment_without_cookie": b"# \xe9\n",
    "latin_cookie": b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
    "latin_cookie_in_line_2": b"#!/usr/bin/python\n# coding=iso-8859-15\nx = '\xe9'\n",
    "latin_cookie_in_line_3": b"\n\n# coding: latin-1\nx = '\xe9'\n",
    "cookie_after_code": b"x = 1\n# coding: latin-1\ny = '\xe9'\n",
    "cookie_after_docstring_line": b"'''doc'''\n# coding: latin-1\ny = '\xe9'\n",
    "cookie_not_in_comment": b"x = 'coding: latin-1'\ny = '\xe9'\n",
    "vim_cookie": b"# vim: set fileencoding=cp1252 :\nx = '\xe9'\n",
    "utf8_cookie_wrong": b"# coding: utf-8\nx = '\xe9'\n",
    "utf8_cookie_by_other_name": b"# coding: UTF8\nx = '\xc3\xa9'\n",
    "latin_in_comment_with_utf8_cookie": b"# coding: utf-8\n# \xe9\n",
    "latin_in_comment_after_text": b"x = 1  # \xe9\n",
    "latin_in_comment_and_in_text": b"# \xe9\nx = '\xe9'\n",
    "ascii_cookie_wrong": b"# coding: ascii\nx = '\xc3\xa9'\n",
    "latin_cookie_of_utf8_text": b"# coding: latin-1\nx = '\xc3\xa9'\n",
    "shift_jis_cookie": b"# coding: shift_jis\nx = '\x82\xa0'\n",
    "gbk_cookie": b"# coding: gbk\nx = '\xc4\xe3'\n",
    "euc_jp_cookie": b"# coding: euc-jp\nx = '\xa4\xa2'\n",
    "koi8_cookie": b"# coding: koi8-r\nx = '\xc1'\n",
    "unread_encoding": b"# coding: iso2022_jp\nx = 1\n",
    "unknown_cookie": b"# coding: klingon\nx = 1\n",
    "unknown_cookie_two_words": b"# This encoding: we do not like it\nx = 1\n",
    "windows_1252_undefined": b"# coding: cp1252\nx = '\x81'\n",
    "null_byte": b"x = '\x00'\n",
    "null_byte_at_end": b"x = 1\n\x00",
    "utf16": "x = 1\n".encode("utf-16"),
    "surrogate_in_utf8": b"x = '\xed\xa0\x80'\n",
    "overlong_utf8": b"x = '\xc0\x80'\n",
    "cookie_with_carriage_return": b"# coding: latin-1\rx = '\xe9'\r",
}



def answers():
    """What this interpreter compiles, as an import would: from bytes."""
    warnings.simplefilter("ignore")
    found = {}
    for name, data in all_snippets().items():
        try:
            compile(data, name, "exec", dont_inherit=True)
            found[name] = True
        except Exception:
            found[name] = False
    return {"version": "%d.%d" % sys.version_info[:2], "answers": found}


def all_snippets():
    return {**{name: text.encode() for name, text in SNIPPETS.items()}, **BYTES}


def main():
    if sys.argv[1:] == ["--answers"]:
        json.dump(answers(), sys.stdout)
        return
    table = {name: {"text": data.decode("latin-1"), "compiles": {}} for name, data in all_snippets().items()}
    for python in sys.argv[1:]:
        done = subprocess.run([python, __file__, "--answers"], stdout=subprocess.PIPE, check=True)
        told = json.loads(done.stdout)
        for name, answer in told["answers"].items():
            table[name]["compiles"][told["version"]] = answer
    Path(__file__).with_name("syntax.json").write_text(json.dumps(table, indent=1, sort_keys=True) + "\n")


main()
