"""Single rules of the reader, and input that nobody means well."""

from __future__ import annotations

import time

import pytest

from app.provisioning.extraction.components.reader import read
from app.provisioning.extraction.components.words import plural, singular, snake, thing
from app.provisioning.extraction.result import Extraction
from app.provisioning.schema.model import Table
from app.provisioning.schema.validation import faults
from app.provisioning.source.files import SourceTree

HELD = "const [todos, setTodos] = useState<Todo[]>([]);"


def extraction(source: str, path: str = "src/App.tsx", **others: str) -> Extraction:
    """What is read out of one file, and others beside it."""
    found = read(SourceTree({path: source, **others}))
    assert found is not None
    assert faults(found.schema) == []
    return found


def table(source: str, name: str, path: str = "src/App.tsx") -> Table:
    """A table that one file gives."""
    found = extraction(source, path).schema.table(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("Todo", "todo"),
        ("initialTodos", "todo"),
        ("ITodo", "todo"),
        ("CreateTodoDto", "todo"),
        ("setTodos", "todo"),
        ("TodoFormData", "todo"),
        ("CreateUserRequest", "user"),
        ("LeaveRequest", "leave_request"),
        ("categories", "category"),
        ("NewsItem", "news_item"),
        ("people", "person"),
        ("formData", ""),
    ],
)
def test_a_name_speaks_of_a_thing(name: str, of: str) -> None:
    assert thing(name) == of


@pytest.mark.parametrize("one", ["category", "order_item", "quiz", "person", "box", "news", "expense", "movie", "day"])
def test_one_and_many_belong_together(one: str) -> None:
    many = plural(one).rpartition("_")[2]
    assert singular(many) == one.rpartition("_")[2]


def test_columns_are_in_snake_case() -> None:
    assert [snake(each) for each in ("userId", "HTTPCode", "created_at", "isOK")] == [
        "user_id",
        "http_code",
        "created_at",
        "is_ok",
    ]


def test_a_declared_type_that_is_never_kept_is_no_table() -> None:
    found = extraction("interface Gadget { id: string; name: string }")
    assert found.schema.tables == ()
    assert [each.name for each in found.rejected] == ["Gadget"]


@pytest.mark.parametrize(
    ("made", "type_", "numbering"),
    [
        ("crypto.randomUUID()", "uuid", None),
        ("uuidv4()", "uuid", None),
        ("nanoid()", "text", None),
        ("Date.now()", "bigint", "identity by default"),
        ("todos.length + 1", "integer", "identity by default"),
    ],
)
def test_the_key_is_as_the_app_makes_it(made: str, type_: str, numbering: str | None) -> None:
    source = (
        f"const [todos, setTodos] = useState([]); const add = title => setTodos([...todos, {{ id: {made}, title }}])"
    )
    key = table(source, "todos", "src/App.jsx").column("id")
    assert key is not None
    assert (key.type, key.numbering) == (type_, numbering)


def test_what_another_service_answers_is_not_ours() -> None:
    source = """
        const [users, setUsers] = useState<User[]>([]);
        interface User { id: number; login: string }
        async function load() { setUsers(await (await fetch('https://api.github.com/users')).json()) }
    """
    found = extraction(source)
    assert found.schema.tables == ()
    assert [each.reason for each in found.rejected] == ["comes from another service (api.github.com)"]


def test_what_the_app_stores_itself_is_ours_all_the_same() -> None:
    source = """
        const [users, setUsers] = useState<User[]>([]);
        interface User { id: number; login: string }
        async function load() { setUsers(await (await fetch('https://api.github.com/users')).json()) }
        const keep = (user: User) => fetch('/api/users', { method: 'POST', body: JSON.stringify(user) })
    """
    assert [each.name for each in extraction(source).schema.tables] == ["users"]


def test_an_extended_thing_refers_to_the_one_that_it_extends() -> None:
    source = """
        interface Product { id: string; name: string; price: number }
        interface CartItem extends Product { quantity: number }
        const [products, setProducts] = useState<Product[]>([]);
        const [cart, setCart] = useState<CartItem[]>([]);
    """
    items = table(source, "cart_items")
    assert [column.name for column in items.columns] == ["id", "quantity", "product_id"]
    assert [key.target for key in items.foreign_keys] == ["products"]


def test_passwords_are_kept_as_hashes() -> None:
    source = """
        export function RegisterForm() {
          return <form onSubmit={register}><input name="username" required/><input name="email" required/>
            <input name="password" type="password" required/><input name="confirmPassword" type="password"/></form>
        }
    """
    users = table(source, "users")
    assert users.column("password_hash") is not None
    assert users.column("password") is None and users.column("confirm_password") is None
    assert [index.name for index in users.indexes if index.unique] == ["users_email_key"]


def test_checks_of_a_schema_are_checks_of_the_table() -> None:
    source = "import { z } from 'zod';"
    source += "const todoSchema = z.object({ id: z.number(), order: z.number().int().min(1).max(9) })"
    assert [check.expression for check in table(source, "todos").checks] == ['"order" >= 1', '"order" <= 9']


def test_a_table_that_the_database_knows_keeps_its_names() -> None:
    source = "await supabase.from('TodoItems').insert({ userName: 'a', done: false })"
    assert [column.name for column in table(source, "TodoItems").columns] == ["id", "userName", "done"]


def test_sample_data_in_json_is_read() -> None:
    found = extraction("export {}", **{"db.json": '{"posts": [{"id": 1, "title": "a"}, {"id": 2}]}'})
    posts = found.schema.table("posts")
    assert posts is not None
    title = posts.column("title")
    assert title is not None and title.nullable


def test_the_rest_is_read_where_one_file_is_broken() -> None:
    found = extraction(
        f"interface Todo {{ id: string; title: string }}\n{HELD}", **{"src/broken.ts": "const a = {\n\n  b: [(;\n"}
    )
    assert [each.name for each in found.schema.tables] == ["todos"]
    assert [(each.file, each.rule) for each in found.findings] == [("src/broken.ts", "components.syntax")]


def test_a_page_is_its_own_evidence() -> None:
    page = "<template>\n<p/>\n</template>\n<script setup lang='ts'>\ninterface Todo { id: string }\n"
    page += "const todos = ref<Todo[]>([])\n</script>"
    todos = table(page, "todos", "src/App.vue")
    assert todos.evidence is not None
    assert (todos.evidence.file, todos.evidence.line) == ("src/App.vue", 5)


STORED = {
    "SQL that is run": (
        "const add = (t: string) => sql`INSERT INTO notes (body, made_on) VALUES (${t.trim()}, NOW())`",
        {"notes": "id bigint, body text, made_on timestamp with time zone"},
    ),
    "SQL with numbered values": (
        "pool.query('INSERT INTO notes (id, body, stars) VALUES ($1, $2, $3)', [nanoid(), String(b), parseInt(s)])",
        {"notes": "id text, body text, stars integer"},
    ),
    "SQL that makes a table": (
        "db.execAsync(`CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL, at DATE)`)",
        {"notes": "id integer, body text, at date?"},
    ),
    "what a query joins": (
        "const { data } = await supabase.from('notes').select('id, body, author:profiles(name), tags(label)')",
        {"notes": "id uuid, body text?", "profiles": "id uuid, name text?", "tags": "id uuid, label text?"},
    ),
    "the column by which a query joins": (
        "supabase.from('notes').select('id, title, profiles:made_by(name), boards!notes_board_id_fkey(id)');"
        "supabase.from('profiles').select('id, name')",
        {
            "notes": "id uuid, made_by uuid?, board_id uuid?, title text?",
            "boards": "id uuid",
            "profiles": "id uuid, name text?",
        },
    ),
    "a pair": (
        "await supabase.from('likes').insert({ user_id: user.id, post_id: id });"
        "await supabase.from('posts').select('title').eq('id', id)",
        {"likes": "user_id uuid, post_id uuid", "posts": "id uuid, title text?"},
    ),
    "a collection under a document": (
        "const rooms = collection(db, 'rooms');"
        "const send = (id, text) => addDoc(collection(db, `rooms/${id}/messages`), { text: String(text) })",
        {"rooms": "id text", "messages": "id text, text text, room_id text"},
    ),
    "Firestore as it was": (
        "firestore().collection('users').doc(user.uid).set({ name: String(n), seen: Timestamp.now() })",
        {"users": "id text, name text, seen timestamp with time zone"},
    ),
    "a function that asks": (
        "const ask = async (method, path, body) => fetch(`/api${path}`, { method, body: JSON.stringify(body) });"
        "const add = title => ask('POST', '/tasks', { title: 'a', rank: 1 })",
        {"tasks": "id bigint, title text, rank integer"},
    ),
    "an endpoint": (
        "interface Task { id: number; title: string }\n"
        "const api = createApi({ endpoints: (build) => ({ add: build.mutation<Task, string>({"
        " query: (title) => ({ url: 'tasks', method: 'POST', body: { title } }) }) }) })",
        {"tasks": "id integer, title text"},
    ),
    "what a class does to its things": (
        "class TodoDB { private file = 'x'; async all(): Promise<any[]> { return [] } }\n"
        f"interface Todo {{ id: number; title: string }}\n{HELD}",
        {"todos": "id integer, title text"},
    ),
    "a key that others know": (
        "await supabase.from('employee').update({ name: 'a' }).eq('emp_id', id);"
        "await supabase.from('shift').insert({ emp_id: id, day: 'mon' })",
        {"employee": "emp_id bigint, name text", "shift": "id bigint, emp_id bigint, day text"},
    ),
}


@pytest.mark.parametrize(("source", "expected"), STORED.values(), ids=STORED)
def test_what_goes_into_a_database_is_a_table(source: str, expected: dict[str, str]) -> None:
    found = {
        each.name: ", ".join(f"{one.name} {one.type}{'?' if one.nullable else ''}" for one in each.columns)
        for each in extraction(source).schema.tables
    }
    assert found == expected


NOT_STORED = {
    "a part of a thing in the page": (
        "interface Slot { id: string; at: string }\nconst [slots, setSlots] = useState<Slot[]>([]);"
        "await supabase.from('visits').insert({ at: 'x' })",
        "Slot: never put into the database that the app has, and not sure enough beside it: 0.73 of 0.88",
    ),
    "a type that nobody uses": (
        f"interface Task {{ id: string }}\ninterface Todo {{ id: string }}\n{HELD}\nlet a: Todo; let b: Todo",
        "Task: not sure enough: 0.40 of 0.6 (type)",
    ),
    "the choices of an input": (
        "interface Crust { id: string; label: string }\nconst crusts: Crust[] = [{ id: 's', label: 'Soft' }];"
        "const F = () => <select>{crusts.map(c => <option value={c.id}>{c.label}</option>)}</select>; let c: Crust",
        "Crust: the choices of an input",
    ),
    "what others receive": (
        "const ContactForm = () => <form action='https://formspree.io/f/x'><input name='a'/><input name='b'/></form>",
        "ContactForm: sent to another service (formspree.io)",
    ),
    "what is joined to show it": (
        "interface Bill { id: string; sum: number }\ninterface BillRow extends Bill { client_name: string }\n"
        "const [bills, setBills] = useState<Bill[]>([]); const rows: BillRow[] = []",
        "BillRow.client_name: of another thing, joined to Bill to show it",
    ),
    "one of it": (
        "interface Draft { id: string; a: string }\nconst [draft, setDraft] = useState<Draft | null>(null);"
        "setDraft({ id: nanoid(), a: 'b' })",
        "Draft: the app never has more than one of it",
    ),
}


@pytest.mark.parametrize(("source", "reason"), NOT_STORED.values(), ids=NOT_STORED)
def test_what_is_not_taken_says_why(source: str, reason: str) -> None:
    assert reason in [f"{each.name}: {each.reason}" for each in extraction(source).rejected]


def test_what_a_library_shows_is_not_stored() -> None:
    source = f"interface Todo {{ id: string; title: string }}\n{HELD}"
    package = '{"name": "ui", "main": "dist/index.js", "peerDependencies": {"react": ">=18"}}'
    assert extraction(source, **{"package.json": package}).schema.tables == ()


def test_a_form_that_is_mailed_is_not_stored() -> None:
    source = """
        const send = () => fetch('/api/contact', {method: 'POST', body: JSON.stringify({email, text: 'a'})})
        const ContactForm = () => <form onSubmit={send}><input name="email"/>
          <input name="name"/><input name="text"/></form>
    """
    route = "import { Resend } from 'resend';\nexport async function POST(request) { await resend.emails.send({}) }"
    assert extraction(source, **{"app/api/contact/route.js": route}).schema.tables == ()
    kept = f"{route}; await db.message.create({{}})"
    assert [each.name for each in extraction(source, **{"app/api/contact/route.js": kept}).schema.tables] == [
        "contacts"
    ]


def test_the_people_of_another_service_are_told_of() -> None:
    source = "supabase.auth.getUser(); await supabase.from('notes').insert({ user_id: user.id, body: 'a' })"
    found = extraction(source)
    assert [each.rule for each in found.findings] == ["components.people-elsewhere"]
    assert found.schema.table("users") is None


HOSTILE = {
    "SQL without end": "sql`" + "CREATE TABLE a (b(" * 20_000 + "`",
    "many SQLs": "sql`CREATE TABLE a (b int, from c join d where e = f`;\n" * 500,
    "a select without end": "supabase.from('a').select('" + "b(" * 50_000 + "')",
    "paths that are circles": "const a = doc(b, 'x'); const b = collection(a, 'y'); addDoc(b, {c: 1}); addDoc(a, {})",
    "functions that ask themselves": "const ask = path => fetch(path) && ask(ask(path)); ask(ask('/todos'))",
    "deep type": f"interface Todo {{ id: string; a: {'{a: ' * 500}string{'}' * 500} }} {HELD}",
    "deep list": f"interface Todo {{ id: string;\na: string{'[]' * 500} }} {HELD}",
    "deep element": f"const F = () => {'<div>' * 500}<form><input name='a'/></form>{'</div>' * 500}",
    "deep value": f"const todos = [{'{id: 1, a: ' * 500}1{'}' * 500}]",
    "values that double": "const a0 = {id: 1};"
    + "".join(f"\nconst a{each} = [{', '.join([f'a{each - 1}'] * 10)}];" for each in range(1, 40))
    + "\nconst todos = [{id: 1, x: a39}]",
    "types that double": "type A0 = {x: string};"
    + "".join(f"\ntype A{each} = [{', '.join([f'A{each - 1}'] * 10)}];" for each in range(1, 40))
    + f"\ninterface Todo {{ id: string; x: A39 }}\n{HELD}",
    "circles": "const a = b; const b = a; fetch(`${a}/x`); interface A extends B {} interface B extends A {}"
    " type X = Y; type Y = X; const todos = [...todos, {id: 1, t: a}]; const [xs] = useState<X[]>(xs)",
    "names": "interface Todo { id: string; 'a\"; drop table x; --': string; select: string; '"
    + "x" * 200
    + "': string;"
    " '" + "x" * 201 + "': string; __proto__: string; '\u202e': string; '': string; $: string; xmin: number;"
    f" aB: string; a_b: number }} {HELD}",
    "NUL": "const todos = [{id: 1, status: 'a\\0b'}, {id: 2, status: 'a\\0b'}, {id: 3, status: 'c'}]",
    "markup": "const todos = [{id: 1, title: '<script>alert(1)</script>'}, {id: 2, title: '${process.exit()}'}]",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_nothing_that_is_written_makes_it_fail_or_hang(source: str) -> None:
    began = time.process_time()
    first = extraction(source)
    assert time.process_time() - began < 5
    assert extraction(source) == first


def test_what_a_tool_made_is_not_read() -> None:
    found = extraction("var a=1;" * 5_000, "public/bundle.js")
    assert [each.rule for each in found.findings] == ["components.bundle", "components.no-data"]


@pytest.mark.parametrize(
    "piece", ["/** @typedef {", "/** @typedef {Object} A @property {", "/**", "{/** @typedef {*} A */"]
)
def test_comments_that_do_not_end_are_read_in_time(piece: str) -> None:
    began = time.perf_counter()
    read(SourceTree({"app.js": (piece + "\n") * (390_000 // len(piece))}))
    assert time.perf_counter() - began < 10


def test_without_code_there_is_nothing_to_read() -> None:
    assert read(SourceTree({})) is None
    assert read(SourceTree({"package.json": "{}"})) is None


@pytest.mark.parametrize("piece", ["<script>", "<script ", "<script></script ", "</script>"])
def test_scripts_that_do_not_end_are_read_in_time(piece: str) -> None:
    page = (piece + "\n") * (390_000 // len(piece))
    began = time.perf_counter()
    read(SourceTree({"App.vue": page}))
    assert time.perf_counter() - began < 10
