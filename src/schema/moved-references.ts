/** A JSON Schema with its references changed. Pure. */
export function movedReferences<Schema>(schema: Schema, move: (reference: string) => string): Schema {
  const moved = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(moved);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, key === "$ref" && typeof inner === "string" ? move(inner) : moved(inner)]),
    );
  };
  return moved(schema) as Schema;
}
