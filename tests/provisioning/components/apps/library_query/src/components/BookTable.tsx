import type { Book } from '../types';

interface BookTableProps {
  books: Book[];
  sort: { column: keyof Book; direction: 'asc' | 'desc' };
  onSort: (column: keyof Book) => void;
  onSelect?: (book: Book) => void;
}

export function BookTable({ books, onSort, onSelect }: BookTableProps) {
  return (
    <table>
      <thead><tr><th onClick={() => onSort('title')}>Title</th><th>Authors</th><th>Available</th></tr></thead>
      <tbody>
        {books.map((book) => (
          <tr key={book.id} onClick={() => onSelect?.(book)}>
            <td>{book.title}</td>
            <td>{book.authors.map((author) => author.name).join(', ')}</td>
            <td>{book.copiesAvailable} / {book.copiesTotal}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
