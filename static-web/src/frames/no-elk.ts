/** Stands in for elkjs (466 kB compressed, and under the EPL): `layout` is locked to dagre, so nothing asks for it. */
export default class {
  layout(): never {
    throw new Error('This layout is not available here.');
  }
}
