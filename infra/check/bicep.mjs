import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Language, Parser } from 'web-tree-sitter';
import { arityFault, resourceIdOf } from './functions.mjs';
import { referenceTo } from './evaluate.mjs';

const require = createRequire(import.meta.url);

/** Made once: two that are made at the same time would be of two WebAssembly modules that don't know each other's functions. */
let making;
const makeParser = async () => {
  await Parser.init();
  return new Parser().setLanguage(await Language.load(readFileSync(require.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm'))));
};

/**
 * Reads a Bicep file into the form of an ARM template, with trees ({$ast}) where JSON has bracket expressions, so that one evaluator
 * serves both. Only what our files use is understood; anything else is a fault, never passed over.
 * @param {string} text
 * @returns {Promise<{template: object, modules: object[], scope: string|undefined, faults: {line: number, text: string}[]}>}
 */
export async function readBicep(text) {
  const parser = await (making ??= makeParser());
  const tree = parser.parse(text);
  try {
    return new BicepFile(tree.rootNode).read();
  } finally {
    tree.delete();
  }
}

const named = node => node.namedChildren.filter(child => child.type !== 'comment');

class BicepFile {
  constructor(root) {
    this.root = root;
    this.faults = [];
    this.used = new Set();
    this.names = new Map(); // symbol → param | var | resource | module
    this.template = { parameters: {}, variables: {}, resources: [], outputs: {}, symbols: {} };
    this.modules = [];
  }

  fault(node, text) {
    this.faults.push({ line: node.startPosition.row + 1, text });
    return { literal: null };
  }

  read() {
    this.syntax(this.root);
    if (this.faults.length > 0) return { template: this.template, modules: [], faults: this.faults };
    const kinds = { parameter_declaration: 'param', variable_declaration: 'var', resource_declaration: 'resource', module_declaration: 'module' };
    const declarations = named(this.root);
    for (const declaration of declarations) {
      const kind = kinds[declaration.type];
      if (!kind) continue;
      const name = named(declaration)[0];
      if (this.names.has(name.text)) this.fault(name, `"${name.text}" is declared twice`);
      this.names.set(name.text, kind);
    }
    let decorators = [];
    for (const declaration of declarations) {
      if (declaration.type === 'decorators') {
        decorators = named(declaration);
        continue;
      }
      this.declaration(declaration, decorators);
      decorators = [];
    }
    for (const [name, kind] of this.names) {
      if (kind !== 'resource' && kind !== 'module' && !this.used.has(name)) this.faults.push({ line: 1, text: `the ${kind} "${name}" is never used` });
    }
    return { template: this.template, modules: this.modules, scope: this.scope, faults: this.faults };
  }

  syntax(node) {
    if (node.isError || node.isMissing) this.fault(node, `this is no Bicep: ${node.text.split('\n')[0].slice(0, 60) || `${node.type} is missing`}`);
    else if (node.hasError) node.children.forEach(child => this.syntax(child));
  }

  declaration(node, decorators) {
    const [name, ...rest] = named(node);
    const value = rest.at(-1);
    switch (node.type) {
      case 'target_scope_assignment':
        this.scope = this.literal(name);
        break;
      case 'parameter_declaration': {
        const parameter = { type: rest[0].text };
        if (rest.length > 1) parameter.defaultValue = { $ast: this.expression(value) };
        this.decorate(parameter, decorators);
        this.template.parameters[name.text] = parameter;
        break;
      }
      case 'variable_declaration':
        this.template.variables[name.text] = { $ast: this.expression(value) };
        break;
      case 'output_declaration':
        this.template.outputs[name.text] = { type: rest[0].text, value: { $ast: this.expression(value) } };
        break;
      case 'resource_declaration':
        this.resource(name.text, this.literal(rest[0]), value);
        break;
      case 'module_declaration':
        this.modules.push({ name: name.text, file: this.literal(rest[0]), line: node.startPosition.row + 1, ...this.members(value, name.text) });
        break;
      default:
        this.fault(node, `infra/check does not know ${node.type}`);
    }
  }

  decorate(parameter, decorators) {
    for (const decorator of decorators) {
      const { call, args } = this.expression(named(decorator)[0], true);
      const said = args[0] && ('literal' in args[0] ? args[0].literal : args[0].array?.map(one => one.literal));
      switch (call) {
        case 'secure': parameter.type = `secure${parameter.type}`; break;
        case 'description': parameter.metadata = { description: said }; break;
        case 'allowed': parameter.allowedValues = said; break;
        case 'minLength': case 'maxLength': case 'minValue': case 'maxValue': parameter[call] = said; break;
        default: this.fault(decorator, `infra/check does not know @${call}`);
      }
    }
  }

  resource(symbol, typeAndVersion, value) {
    const [type, apiVersion] = typeAndVersion.split('@');
    const line = value.startPosition.row + 1;
    const resource = { type, apiVersion, line, symbol };
    let object = value;
    let loop;
    if (value.type === 'if_statement') {
      resource.condition = { $ast: this.expression(named(value)[0]) };
      object = named(value)[1];
    } else if (value.type === 'for_statement') {
      const [item, array, body] = named(value);
      const from = this.expression(array);
      resource.copy = { name: symbol, count: { $ast: { call: 'length', args: [from] } } };
      loop = { item: item.text, from };
      object = body;
    }
    if (object.type !== 'object') return this.fault(value, `the body of ${symbol} is no object`);
    this.loop = loop;
    const body = this.members(object, symbol);
    this.loop = undefined;
    const { parent, scope, dependsOn, name, ...rest } = body;
    resource.body = rest;
    const own = name?.$ast ?? this.fault(object, `${symbol} has no name`);
    const parentSymbol = parent?.$ast.symbol;
    if (parent && !parentSymbol) this.fault(object, `the parent of ${symbol} is no resource`);
    Object.assign(resource, rest, { name: { $ast: parentSymbol ? { call: 'format', args: [{ literal: '{0}/{1}' }, { symbol: parentSymbol, member: 'name' }, own] } : own } });
    if (scope) resource.scope = { $ast: { symbol: scope.$ast.symbol, member: 'id' } };
    resource.dependsOn = (dependsOn?.$ast.array ?? []).map(one => one.symbol ? { $ast: { symbol: one.symbol, member: 'ids' } } : this.fault(object, 'dependsOn names resources'));
    delete resource.body;
    this.template.resources.push(resource);
    this.template.symbols[symbol] = symbolOf(resource);
  }

  /** An object's members, each as {$ast}. */
  members(object, symbol) {
    const found = {};
    for (const property of named(object)) {
      const [name, value] = named(property);
      if (Object.hasOwn(found, name.text)) this.fault(property, `${symbol} has "${name.text}" twice`);
      found[name.text] = { $ast: this.expression(value) };
    }
    return found;
  }

  literal(node) {
    const { literal } = this.expression(node);
    return literal ?? this.fault(node, 'plain text expected').literal;
  }

  expression(node, isDecorator = false) {
    const parts = named(node);
    switch (node.type) {
      case 'string': return this.string(node);
      case 'number': return { literal: Number(node.text) };
      case 'boolean': return { literal: node.text === 'true' };
      case 'null': return { literal: null };
      case 'array': return { array: parts.map(part => this.expression(part)) };
      case 'object': return this.object(node);
      case 'parenthesized_expression': return this.expression(parts[0]);
      case 'identifier': return this.identifier(node);
      case 'member_expression': return this.member(this.expression(parts[0]), parts[1].text, node);
      case 'subscript_expression': return { of: this.expression(parts[0]), index: this.expression(parts[1]) };
      case 'unary_expression': return { call: 'not', args: [this.expression(parts[0])] };
      case 'ternary_expression': return { call: 'if', args: parts.map(part => this.expression(part)) };
      case 'binary_expression': {
        const names = { '>': 'greater', '>=': 'greaterOrEquals', '<': 'less', '==': 'equals', '&&': 'and', '||': 'or' };
        const sign = node.children[1].text;
        return names[sign] ? { call: names[sign], args: parts.map(part => this.expression(part)) } : this.fault(node, `infra/check does not know the operator ${sign}`);
      }
      case 'call_expression': {
        const name = parts[0].text;
        const args = named(parts[1]).map(part => this.expression(part));
        const fault = isDecorator ? null : arityFault(name, args.length);
        return fault ? this.fault(node, fault) : { call: name, args };
      }
      default: return this.fault(node, `infra/check does not know ${node.type}`);
    }
  }

  object(node) {
    const seen = new Set();
    return {
      object: named(node).map(property => {
        const [name, value] = named(property);
        if (seen.has(name.text)) this.fault(property, `"${name.text}" stands twice`);
        seen.add(name.text);
        return [name.type === 'string' ? this.string(name) : { literal: name.text }, this.expression(value)];
      }),
    };
  }

  string(node) {
    const escapes = { "\\'": "'", '\\\\': '\\', '\\n': '\n', '\\r': '\r', '\\t': '\t', '\\$': '$' };
    let pattern = '';
    const values = [];
    for (const part of named(node)) {
      if (part.type === 'interpolation') pattern += `{${values.push(this.expression(named(part)[0])) - 1}}`;
      else pattern += part.type === 'escape_sequence' ? escapes[part.text] ?? part.text : part.text;
    }
    return values.length === 0 ? { literal: pattern } : { call: 'format', args: [{ literal: pattern }, ...values] };
  }

  identifier(node) {
    const name = node.text;
    if (this.loop?.item === name) return { of: this.loop.from, index: { call: 'copyIndex', args: [] } };
    this.used.add(name);
    switch (this.names.get(name)) {
      case 'param': return { call: 'parameters', args: [{ literal: name }] };
      case 'var': return { call: 'variables', args: [{ literal: name }] };
      case 'resource': case 'module': return { symbol: name };
      default: return this.fault(node, `"${name}" is declared nowhere`);
    }
  }

  /** `storage.id`, `identity.properties.clientId`: what the symbol of a resource says, other members are members of values. */
  member(of, name, node) {
    if (of.symbol && !of.member) {
      return ['id', 'name', 'properties', 'outputs'].includes(name) ? { symbol: of.symbol, member: name } : this.fault(node, `infra/check does not know .${name} of a resource`);
    }
    return { of, member: name };
  }
}

/** What a resource's symbol says when it is evaluated. */
function symbolOf(resource) {
  const idAt = (context, node, copyIndex) => {
    const inner = { ...context, copyIndex };
    const scope = resource.scope ? `${node(resource.scope.$ast, inner)}/providers` : '';
    return scope + resourceIdOf(resource.type, node(resource.name.$ast, inner).split('/'));
  };
  return (member, context, node) => {
    const depend = id => (context.references.add(id), id);
    switch (member) {
      case 'name': depend(idAt(context, node)); return node(resource.name.$ast, context);
      case 'id': return depend(idAt(context, node));
      case 'properties': return referenceTo(idAt(context, node));
      default: { // ids: every instance of a loop
        const count = resource.copy ? node(resource.copy.count.$ast, context) : 1;
        return Array.from({ length: count }, (_, place) => idAt(context, node, resource.copy ? place : undefined));
      }
    }
  };
}
