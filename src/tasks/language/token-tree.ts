/**
 * A tree whose branches are tokens: node 0 is its root, and each other node is what comes after its parent by one token. In
 * typed arrays, some 40 bytes a node: maps of objects would take several times as much.
 */
export class TokenTree {
  /** Slots of a hash table, by open addressing: the key of a node, and the node; 0 where nothing is, as the root is no child. */
  #keys = new Float64Array(1024);
  #nodes = new Int32Array(1024);
  #size = 1;
  readonly #branching: number;

  /** @param branching tokens that there are. */
  constructor(branching: number) {
    this.#branching = branching;
  }

  /** Nodes, the root among them. */
  get size(): number {
    return this.#size;
  }

  /** The node after that one by a token; undefined where there is none. */
  child(node: number, token: number): number | undefined {
    return this.#nodes[this.#slotOf(node, token)] || undefined;
  }

  /** Adds the node after that one by a token, where there is none yet. */
  add(node: number, token: number): number {
    if (2 * this.#size > this.#nodes.length) this.#grow();
    const slot = this.#slotOf(node, token);
    this.#keys[slot] = this.#keyOf(node, token);
    this.#nodes[slot] = this.#size;
    return this.#size++;
  }

  #keyOf = (node: number, token: number): number => node * this.#branching + token;

  /** Where the child is, or would be. */
  #slotOf(node: number, token: number): number {
    const key = this.#keyOf(node, token);
    const last = this.#nodes.length - 1;
    const mixed = Math.imul(node, 0x9e3779b1) ^ Math.imul(token + 1, 0x85ebca6b);
    let slot = (mixed ^ (mixed >>> 15)) & last;
    while (this.#nodes[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & last;
    return slot;
  }

  #grow(): void {
    const [keys, nodes] = [this.#keys, this.#nodes];
    this.#keys = new Float64Array(2 * keys.length);
    this.#nodes = new Int32Array(2 * nodes.length);
    for (const [slot, node] of nodes.entries()) {
      if (node === 0) continue;
      const key = keys[slot]!;
      const parent = Math.floor(key / this.#branching);
      const free = this.#slotOf(parent, key - parent * this.#branching);
      this.#keys[free] = key;
      this.#nodes[free] = node;
    }
  }
}
