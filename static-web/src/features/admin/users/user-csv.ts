import { ROLES, type Role } from '../../../server-api/users';

/** One account of a CSV file. */
export interface CsvUser {
  /** In the file, counted from 1 with the heading; the server counts the same way. */
  line: number;
  name: string;
  email: string;
  password: string;
  role: Role;
  fault: 'name' | 'email' | 'password' | 'role' | 'twice' | null;
}

/**
 * Reads Name,Email,Password,Role (RFC 4180: quotes, doubled quotes, line ends in quotes; comma, semicolon or tab). A heading
 * is known by its "email"; without one the columns stand in this order. An empty role is "pending", as for the server.
 */
export function readUsers(text: string): CsvUser[] {
  const rows = readCsv(text.replace(/^\uFEFF/, ''));
  const columns = headingOf(rows[0]?.cells);
  const seen = new Set<string>();
  return (columns ? rows.slice(1) : rows).map(({ line, cells }) => {
    const cell = (at: number | undefined) => (at === undefined ? '' : (cells[at] ?? '').trim());
    const { name: nameAt, email: emailAt, password: passwordAt, role: roleAt } = columns ?? STANDARD;
    const email = cell(emailAt).toLowerCase();
    const role = cell(roleAt).toLowerCase() || 'pending';
    const user = { line, name: cell(nameAt), email, password: cell(passwordAt), role: role as Role };
    const fault =
      user.name === ''
        ? 'name'
        : !/^[^\s@]+@[^\s@]+$/.test(email)
          ? 'email'
          : user.password === ''
            ? 'password'
            : !ROLES.includes(user.role)
              ? 'role'
              : seen.has(email)
                ? 'twice'
                : null;
    seen.add(email);
    return { ...user, fault };
  });
}

/** As the server reads it: a heading, then one line for each, so that the line numbers of its answer name them. */
export function writeUsers(users: Pick<CsvUser, 'name' | 'email' | 'password' | 'role'>[]): string {
  const quote = (text: string) => {
    const line = text.replace(/[\r\n]+/g, ' ');
    return /[",]/.test(line) ? `"${line.replaceAll('"', '""')}"` : line;
  };
  const lines = users.map(({ name, email, password, role }) =>
    [name, email, password, role].map(quote).join(','),
  );
  return ['Name,Email,Password,Role', ...lines].join('\n') + '\n';
}

type Columns = Partial<Record<'name' | 'email' | 'password' | 'role', number>>;
const STANDARD: Columns = { name: 0, email: 1, password: 2, role: 3 };

function headingOf(cells: string[] | undefined): Columns | null {
  const names = cells?.map((cell) => cell.trim().toLowerCase().replace('e-mail', 'email')) ?? [];
  if (!names.includes('email')) return null;
  const at = (name: string) => (names.includes(name) ? { [name]: names.indexOf(name) } : {});
  return { ...at('name'), ...at('email'), ...at('password'), ...at('role') };
}

function readCsv(text: string): { line: number; cells: string[] }[] {
  const firstLine = text.slice(0, text.search(/[\r\n]|$/));
  const separator = [',', ';', '\t'].find((sign) => firstLine.includes(sign)) ?? ',';
  const rows: { line: number; cells: string[] }[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let line = 1;
  let began = 1;
  const endRow = () => {
    cells.push(cell);
    if (cells.some((one) => one.trim() !== '')) rows.push({ line: began, cells });
    cells = [];
    cell = '';
  };
  const source = text.replace(/\r\n?/g, '\n');
  for (let at = 0; at < source.length; at++) {
    const sign = source.charAt(at);
    if (sign === '\n') line++;
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (source.charAt(at + 1) === '"') cell += source.charAt(++at);
      else quoted = false;
    } else if (sign === '"' && cell.trim() === '') {
      quoted = true;
      cell = '';
    } else if (sign === separator) {
      cells.push(cell);
      cell = '';
    } else if (sign === '\n') {
      endRow();
      began = line;
    } else cell += sign;
  }
  endRow();
  return rows;
}
