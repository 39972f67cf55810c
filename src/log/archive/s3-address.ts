import { unknownOptions } from "../../define/names.ts";

/** Where a bucket is, as `s3://bucket/prefix?region=…&endpoint=…&pathStyle=…` says it. */
export interface S3Address {
  readonly bucket: string;
  /** Stands before each name, with a slash at its end; empty: names stand alone. */
  readonly prefix: string;
  /** Undefined: the one that the AWS SDK finds, in `AWS_REGION` or a profile. */
  readonly region: string | undefined;
  /** Undefined: AWS. */
  readonly endpoint: string | undefined;
  /** The bucket is named in the path, and not in the host. Default: with an endpoint, as MinIO wants it. */
  readonly pathStyle: boolean;
}

const parameters = ["region", "endpoint", "pathStyle"];
const form = "must look like s3://bucket/prefix?region=ap-south-1, for other stores than AWS with &endpoint=https://…";

/** Everything wrong with an address, one sentence each. It is not repeated: somebody may have written a key into it. Pure. */
export function s3AddressProblems(text: unknown): string[] {
  if (typeof text !== "string" || !URL.canParse(text) || new URL(text).protocol !== "s3:") return [form];
  const { username, password, host, pathname, searchParams, hash } = new URL(text);
  const twice = parameters.filter((name) => searchParams.getAll(name).length > 1);
  const { region, endpoint, pathStyle } = Object.fromEntries(searchParams) as Readonly<Record<string, string | undefined>>;
  return [
    ...(username === "" && password === ""
      ? []
      : ["must hold no credentials: give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or a role"]),
    ...(/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/i.test(host) ? [] : ["must name a bucket, of 3 to 63 letters, digits, dots and hyphens"]),
    ...(/^(\/+|(\/[\w!.*'()-]+)+\/?)?$/.test(pathname) && !/\/\.{1,2}(\/|$)/.test(pathname)
      ? []
      : ["its prefix may hold letters, digits, slashes between them and ! - _ . * ' ( ) only"]),
    ...unknownOptions(Object.fromEntries(searchParams), parameters),
    ...twice.map((name) => `${name} stands in it twice`),
    ...(region === undefined || /^[a-z0-9-]{1,32}$/.test(region) ? [] : ["region: must look like ap-south-1"]),
    ...(endpoint === undefined || isEndpoint(endpoint)
      ? []
      : ["endpoint: must look like https://s3.example.com:9000, without user, query and fragment"]),
    ...(pathStyle === undefined || ["true", "false"].includes(pathStyle) ? [] : ["pathStyle: must be true or false"]),
    ...(hash === "" ? [] : ["must have no fragment"]),
  ];
}

function isEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && [username, password, search, hash].every((part) => part === "");
}

/** Of an address without problems. Pure. */
export function parseS3Address(text: string): S3Address {
  const { host, pathname, searchParams } = new URL(text);
  const path = pathname.replace(/^\/+|\/+$/g, "");
  const endpoint = searchParams.get("endpoint") ?? undefined;
  return {
    bucket: host,
    prefix: path === "" ? "" : `${path}/`,
    region: searchParams.get("region") ?? (endpoint === undefined ? undefined : "us-east-1"),
    endpoint,
    pathStyle: (searchParams.get("pathStyle") ?? String(endpoint !== undefined)) === "true",
  };
}

/** As people call it. Pure. */
export function s3Title({ bucket, prefix, endpoint }: S3Address): string {
  return `s3://${bucket}/${prefix.slice(0, -1)}${endpoint === undefined ? "" : ` at ${endpoint}`}`;
}
