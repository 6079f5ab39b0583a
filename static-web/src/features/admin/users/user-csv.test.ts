import { describe, expect, it } from 'vitest';
import { readUsers, writeUsers } from './user-csv';

const read = (text: string) =>
  readUsers(text).map(({ line, name, email, password, role, fault }) =>
    [line, name, email, password, role, fault ?? 'good'].join('|'),
  );

describe('readUsers', () => {
  it('knows the columns by the heading, in any order', () =>
    expect(read('Role,E-Mail,Name,Password\nadmin,Ada@Example.org,Ada,secret')).toEqual([
      '2|Ada|ada@example.org|secret|admin|good',
    ]));
  it('takes the usual order without a heading; no role waits', () =>
    expect(read('Ada,ada@example.org,secret\n')).toEqual(['1|Ada|ada@example.org|secret|pending|good']));
  it('reads quotes with separators, quotes and line ends in them, and counts the lines of the file', () =>
    expect(
      read('name,email,password\r\n"Lovelace, ""Ada""\r\nCountess",ada@example.org,a\r\n\r\nBo,bo@x.org,b'),
    ).toEqual([
      '2|Lovelace, "Ada"\nCountess|ada@example.org|a|pending|good',
      '5|Bo|bo@x.org|b|pending|good',
    ]));
  it.each([';', '\t'])('takes %j as the separator, as spreadsheets write it', (sign) =>
    expect(
      read(['Name', 'Email', 'Password', 'Role'].join(sign) + '\n' + ['A', 'a@b', 'p', 'user'].join(sign)),
    ).toEqual(['2|A|a@b|p|user|good']),
  );
  it('leaves a mark of byte order and empty lines out', () =>
    expect(read('\uFEFFName,Email,Password\n\n ,,\n')).toEqual([]));
  it.each([
    [',a@b,p,user', 'name'],
    ['A,nowhere,p,user', 'email'],
    ['A,a@b,,user', 'password'],
    ['A,a@b,p,king', 'role'],
  ])('finds what is wrong with %s', (line, fault) => expect(readUsers(line)[0]?.fault).toBe(fault));
  it('finds an address that came before', () =>
    expect(readUsers('A,a@b,p\nB,A@B,p').map(({ fault }) => fault)).toEqual([null, 'twice']));
});

describe('writeUsers', () => {
  it('gives each one line, so that the server names them by it', () =>
    expect(writeUsers([{ name: 'A\r\nB', email: 'a@b', password: 'p', role: 'user' }])).toBe(
      'Name,Email,Password,Role\nA B,a@b,p,user\n',
    ));
  it('is read back as it was, whatever stands in the cells', () => {
    const users = [{ name: 'O"Hara, "Li"', email: 'o@b.org', password: 'a,b"c', role: 'admin' as const }];
    expect(readUsers(writeUsers(users))).toMatchObject(users);
  });
});
