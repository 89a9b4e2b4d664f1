"""Programs that are no good: a typed Stage that shows the compiler's, or the interpreter's, own words."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tests.stack import Hearth

Answer = dict[str, Any]

EXTENSION = {
    "bash": "sh",
    "c": "c",
    "c++": "cpp",
    "csharp": "cs",
    "go": "go",
    "java": "java",
    "javascript": "js",
    "python": "py",
    "ruby": "rb",
    "rust": "rs",
    "typescript": "ts",
}
COMPILED = {name: EXTENSION[name] for name in ("c", "c++", "csharp", "go", "java", "rust")}

HELLO = {
    "bash": 'echo "hello"',
    "c": '#include <stdio.h>\nint main(void) { puts("hello"); }',
    "c++": '#include <cstdio>\nint main() { std::puts("hello"); }',
    "csharp": 'class P { static void Main() { System.Console.WriteLine("hello"); } }',
    "go": 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }',
    "java": 'class P { public static void main(String[] a) { System.out.println("hello"); } }',
    "javascript": 'console.log("hello");',
    "python": 'print("hello")',
    "ruby": 'puts "hello"',
    "rust": 'fn main() { println!("hello"); }',
    "typescript": 'const s: string = "hello"; console.log(s);',
}
COMMENT = {"bash": "#", "python": "#", "ruby": "#"}
SYNTAX = {
    "bash": "echo one\nif then (",
    "python": "print(1\nx = = 2",
    "ruby": "puts 1\ndef end (",
    "javascript": "console.log(1);\nlet = = 2;",
    "typescript": "console.log(1);\nlet = = 2;",
    "go": "package main\n\nfunc main() { x := = 2 }",
    "c++": "int main() { x = = 2 }",
}
SYNTAX_OF_OTHERS = "class P { int x = = 2; }"
NO_MAIN = {
    "c": "int x;",
    "c++": "int x;",
    "csharp": "class P { }",
    "go": "package main\n\nvar X int",
    "java": "class P { }",
    "rust": "fn other() {}",
}
TWO_MAINS = {
    "c": "int main(void) { return 0; }",
    "c++": "int main() { return 0; }",
    "csharp": "class C%d { static void Main() { } }",
    "go": "package main\n\nfunc main() { }",
    "rust": "fn main() { } fn main() { }",
}
# A compile that takes as long as it is let: each inclusion includes twice, 200 deep.
ENDLESS = {
    "c": "#include __FILE__\n#include __FILE__\nint main(void) { return 0; }",
    "c++": "#include __FILE__\n#include __FILE__\nint main() { return 0; }",
}
HUGE = {
    "c": "char a[1 << 30] = {1}; int main(void) { return a[5]; }",
    "c++": "char a[1 << 30] = {1}; int main() { return a[5]; }",
    "rust": "static A: [u8; 1 << 30] = [1; 1 << 30]; fn main() { println!(\"{}\", A[std::env::args().count()]); }",
}


def of(table: dict[str, str]) -> pytest.MarkDecorator:
    """Runs a test for the languages of a table."""
    return pytest.mark.parametrize("language", [sys.intern(name) for name in table], indirect=True, scope="session")


def executed(stack: Hearth, language: str, files: dict[str, str], **fields: Any) -> Answer:
    body = {"language": language, "files": [{"name": n, "content": c} for n, c in files.items()], **fields}
    answer = stack.client.post("/v1/execute", json=body)
    assert answer.status_code == 200, answer.text
    found: Answer = answer.json()
    return found


def failed(answer: Answer) -> Answer:
    """The stage that ended the program, which must be the first one."""
    stage: Answer = answer.get("compile") or answer["run"]
    assert stage["status"] == "RE"
    assert stage["code"] not in (0, None)
    assert ("compile" in answer) + ("run" in answer) == 1
    return stage


def test_hello(stack: Hearth, language: str) -> None:
    answer = stack.execute(language, HELLO[language])
    assert (answer["run"]["stdout"], answer["run"]["stderr"], answer["run"]["code"]) == ("hello\n", "", 0)
    assert all(stage["status"] is None for stage in (answer.get("compile") or answer["run"], answer["run"]))


def test_syntax_error_is_shown_with_its_file_and_line(stack: Hearth, language: str) -> None:
    stage = failed(stack.execute(language, SYNTAX.get(language, SYNTAX_OF_OTHERS)))
    assert "main." in stage["output"]


@of(NO_MAIN)
def test_missing_main_is_an_error_of_the_first_stage_that_sees_it(stack: Hearth, language: str) -> None:
    answer = stack.execute(language, NO_MAIN[language])
    stage = answer["run"] if "run" in answer else failed(answer)
    assert stage["code"] != 0
    assert "main" in stage["output"].lower()


@of(TWO_MAINS)
def test_two_mains_are_an_error_in_the_compilers_words(stack: Hearth, language: str) -> None:
    code, extension = TWO_MAINS[language], EXTENSION[language]
    files = {f"{name}.{extension}": code.replace("%d", name) for name in ("main", "other")}
    assert "main" in failed(executed(stack, language, files))["output"].lower()


def test_empty_file_is_a_program_or_an_error_but_no_trouble(stack: Hearth, language: str) -> None:
    answer = stack.execute(language, "")
    stage = answer.get("run") or failed(answer)
    assert stage["status"] in (None, "RE")


def test_ten_megabytes_of_source_are_taken(stack: Hearth, language: str) -> None:
    line = COMMENT.get(language, "//") + " " + "x" * 97 + "\n"
    answer = stack.execute(language, HELLO[language] + "\n" + line * 100_000)
    assert answer["run"]["stdout"] == "hello\n", answer


@pytest.mark.parametrize("name", ["with spaces", "программа"])
def test_odd_name_is_a_name(stack: Hearth, language: str, name: str) -> None:
    answer = executed(stack, language, {f"{name}.{EXTENSION[language]}": HELLO[language]})
    assert answer["run"]["stdout"] == "hello\n", answer


def test_wrong_extension_is_run_or_refused_in_words(stack: Hearth, language: str) -> None:
    answer = executed(stack, language, {"program.txt": HELLO[language]})
    if "run" in answer and answer["run"]["status"] is None:
        assert answer["run"]["stdout"] == "hello\n"
    else:
        assert (answer.get("compile") or answer["run"])["output"]


@of(ENDLESS)
def test_compile_without_end_is_ended_in_time(stack: Hearth, language: str) -> None:
    stage = stack.execute(language, ENDLESS[language], compile_timeout=1500)["compile"]
    assert stage["status"] == "TO"
    assert stage["wall_time"] < 5000


@of(COMPILED)
def test_compile_over_its_time_is_typed_and_nothing_runs(stack: Hearth, language: str) -> None:
    answer = stack.execute(language, HELLO[language] + "\n// not seen before\n", compile_timeout=1)
    assert answer["compile"]["status"] == "TO"
    assert "run" not in answer


@of(HUGE)
def test_compile_of_a_gigabyte_ends_in_an_error(stack: Hearth, language: str) -> None:
    answer = stack.execute(language, HUGE[language], compile_timeout=30_000)
    assert answer["compile"]["status"] in ("RE", "SG", "ML", "TO")
    assert "run" not in answer
    assert stack.execute(language, HELLO[language])["run"]["stdout"] == "hello\n"


HOG = {
    "bash": 'x=x; while :; do x="$x$x"; done',
    "c": "#include <stdlib.h>\n#include <string.h>\nint main(void) { for (;;) memset(malloc(1 << 20), 1, 1 << 20); }",
    "c++": "#include <vector>\nint main() { std::vector<std::vector<char>> v; for (;;) v.emplace_back(1 << 20, 'x'); }",
    "csharp": "class P { static void Main() { var l = new System.Collections.Generic.List<byte[]>();"
    " for (;;) { var b = new byte[1 << 20]; for (int i = 0; i < b.Length; i += 4096) b[i] = 1; l.Add(b); } } }",
    "go": "package main\n\nfunc main() {\n\tvar all [][]byte\n\tfor {\n\t\tb := make([]byte, 1<<20)\n"
    "\t\tfor i := range b {\n\t\t\tb[i] = 1\n\t\t}\n\t\tall = append(all, b)\n\t}\n}",
    "java": "class P { public static void main(String[] a) { var l = new java.util.ArrayList<byte[]>();"
    " for (;;) l.add(new byte[1 << 20]); } }",
    "javascript": "const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1));",
    "python": "all = []\nwhile True: all.append(b'x' * (1 << 20) + bytes([len(all) % 256]))",
    "ruby": 'all = []; loop { all << "x" * (1 << 20) }',
    "rust": "fn main() { let mut v = Vec::new(); loop { v.push(vec![1u8; 1 << 20]); if v.len() > 1 << 40 { break; } }"
    ' println!("{}", v.len()); }',
    "typescript": "const all: Buffer[] = []; for (;;) all.push(Buffer.alloc(1 << 20, 1));",
}


def test_program_that_takes_all_memory_is_ended_for_it(stack: Hearth, language: str) -> None:
    run = stack.execute(language, HOG[language], run_timeout=60_000)["run"]
    # Where the language has a limit of its own below that of the sandbox, it says so itself.
    assert run["status"] == "ML" or (run["status"] in ("RE", "SG") and "memory" in run["stderr"].lower()), run
    assert stack.execute(language, HELLO[language])["run"]["stdout"] == "hello\n"
