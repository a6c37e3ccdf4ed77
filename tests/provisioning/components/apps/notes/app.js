const form = document.querySelector('#note-form');
const list = document.querySelector('#notes');
let notes = JSON.parse(localStorage.getItem('notes')) || [];

function save() {
  localStorage.setItem('notes', JSON.stringify(notes));
}

function render() {
  list.innerHTML = '';
  notes.forEach((note) => {
    const div = document.createElement('div');
    div.textContent = note.title + ': ' + note.body;
    div.style.background = note.color;
    list.append(div);
  });
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const data = new FormData(form);
  notes.push({
    id: Date.now(),
    title: data.get('title'),
    body: data.get('body'),
    color: data.get('color'),
    pinned: false,
    createdAt: new Date().toISOString(),
  });
  save();
  render();
});

if (localStorage.getItem('theme') === 'dark') document.body.classList.add('dark');
render();
