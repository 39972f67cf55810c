/** One attribute of an SNS message. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string | undefined;
}

/** The attributes of a message as a policy with the scope MessageAttributes sees them. It does not see binary ones. */
export function snsAttributes(attributes: Readonly<Record<string, MessageAttribute>>): Readonly<Record<string, unknown>> {
  const payload: Record<string, unknown> = Object.create(null);
  for (const [name, { DataType: type, StringValue: text = "" }] of Object.entries(attributes))
    if (!type.startsWith("Binary")) payload[name] = valueOf(type, text);
  return payload;
}

/** The body of a message as a policy with the scope MessageBody sees it; undefined, which matches nothing, where it is no JSON object. */
export function snsBody(text: string): unknown {
  const value = jsonOf(text);
  return typeof value === "object" && value !== null ? value : undefined;
}

/** Behind a dot, a data type may have a label of the sender's own. */
function valueOf(type: string, text: string): unknown {
  if (type === "String.Array") return jsonOf(text) ?? text;
  return type.split(".")[0] === "Number" ? Number(text) : text;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
