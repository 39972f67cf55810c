import { type CircuitState, closedCircuit } from "./circuit.ts";

/**
 * Where the states of circuits are kept, shared by all workers.
 *
 * The contract:
 * - `read` gives the state as it is now; one that was never written is closed.
 * - `swap` writes `after` where the state still is the one that was read, and says whether it did.
 * - `all` gives those that were ever written, by their names.
 */
export interface CircuitStore {
  read(name: string): Promise<StoredCircuit>;
  swap(name: string, before: StoredCircuit, after: CircuitState): Promise<boolean>;
  all(): Promise<ReadonlyMap<string, CircuitState>>;
}

export interface StoredCircuit {
  readonly state: CircuitState;
  /** Tells this state from every other. */
  readonly version: string;
}

/** In this process alone. */
export function memoryCircuits(): CircuitStore {
  const states = new Map<string, string>();
  return {
    read: async (name) => storedCircuit(states.get(name) ?? ""),
    async swap(name, before, after) {
      if ((states.get(name) ?? "") !== before.version) return false;
      states.set(name, JSON.stringify(after));
      return true;
    },
    all: async () => new Map([...states].map(([name, version]) => [name, storedCircuit(version).state])),
  };
}

/** The stored form is the state's JSON; empty where there is none. What cannot be read is forgotten. */
export function storedCircuit(version: string): StoredCircuit {
  try {
    const { score, failedAt, heldUntil, open } = JSON.parse(version) as CircuitState;
    const state = { score, failedAt, ...(heldUntil === undefined ? {} : { heldUntil }), ...(open === undefined ? {} : { open }) };
    return { version, state };
  } catch {
    return { version, state: closedCircuit };
  }
}
