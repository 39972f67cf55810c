import { describe, expect, it } from "vitest";
import { allowListProblems } from "../../src/providers/outgoing/allow-list.ts";
import { type Address, outgoingGuard } from "../../src/providers/outgoing/guard.ts";
import { specialRange, specialRanges } from "../../src/providers/outgoing/special-ranges.ts";

const words = (text: string): string[] => text.trim().split(/\s+/);

/** The first and the last address of what is refused, and what lies beside it. */
const refused = words(`
  0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255
  169.254.0.0 169.254.169.254 169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.192 192.0.2.1
  192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.0 192.168.255.255 192.175.48.1 198.18.0.0 198.19.255.255
  198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.0 255.255.255.254 255.255.255.255
  :: ::1 ::2 ::7f00:1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:a00:1 ::ffff:8.8.8.8 ::ffff:0:7f00:1
  64:ff9b::7f00:1 64:ff9b::8.8.8.8 64:ff9b:1::1 100::1 2001::1 2001:2::1 2001:20::1 2001:db8::1
  2002:7f00:1:: 2002:a00:1::1 2620:4f:8000::1 3fff::1 4000::1 5f00::1 8000::1 fbff::1
  fc00::1 fd12:3456::1 fe80::1 febf::1 fec0::1 ff00::1 ff02::1 ffff::1
`);
const ordinary = words(`
  1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
  169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0
  198.17.255.255 198.20.0.0 223.255.255.255 2606:4700::1111 2001:4860:4860::8888 2001:200::1 2a00:1450::1
`);

describe("the addresses that are no places of the internet", () => {
  it.each(refused)("%s is refused", (address) => {
    expect(specialRange(address)).toMatch(/\w/);
  });

  it.each(ordinary)("%s is not", (address) => {
    expect(specialRange(address)).toBeUndefined();
  });

  it("each row is the first that holds one of them", () => {
    const names = new Set(refused.map(specialRange));
    expect([...new Set(specialRanges.map(([, name]) => name))].filter((name) => !names.has(name))).toEqual([]);
    expect(specialRange("169.254.169.254")).toContain("metadata");
  });

  it.each(["", "localhost", "127.1", "0x7f.0.0.1", "example.com", "1.2.3.4.5"])("%j is no address, and refused as such", (text) => {
    expect(specialRange(text)).toBe("no address");
  });
});

const guardOf = (allow: readonly string[] = [], found: Readonly<Record<string, readonly string[]>> = {}) => {
  const asked: string[] = [];
  const guard = outgoingGuard({
    allow,
    advice: "name it in allow",
    lookup: async (host) => {
      asked.push(host);
      return (found[host] ?? []).map((address): Address => ({ address, family: address.includes(":") ? 6 : 4 }));
    },
  });
  return { ...guard, asked };
};

describe("an address as it is written", () => {
  it.each([
    ["http://0x7f.1/", "127.0.0.1"],
    ["https://127.1", "127.0.0.1"],
    ["https://2130706433/", "127.0.0.1"],
    ["https://0177.0.0.1/", "127.0.0.1"],
    ["https://0x7f000001/", "127.0.0.1"],
    ["https://127.0.0.1./", "127.0.0.1"],
    ["https://１２７.０.０.１/", "127.0.0.1"],
    ["https://127。0。0。1/", "127.0.0.1"],
    ["https://user:password@10.0.0.1/", "10.0.0.1"],
    ["https://8.8.8.8@10.0.0.1/", "10.0.0.1"],
    ["https://10.0.0.1\\@8.8.8.8/", "10.0.0.1"],
    ["https://[::1]/", "::1"],
    ["https://[0:0:0:0:0:0:0:1]/", "::1"],
    ["https://[::ffff:10.0.0.1]/", "::ffff:a00:1"],
    ["https://[::ffff:7f00:1]:8443/", "::ffff:7f00:1"],
    ["https://localhost/", "localhost"],
    ["https://LOCALHOST./", "localhost"],
    ["https://hook.localhost.:8443/", "hook.localhost"],
    ["https://ⓛocalhost/", "localhost"],
    ["https://169.254.169.254/latest/meta-data/", "169.254.169.254"],
    ["https://0/", "0.0.0.0"],
  ])("%s is refused, by the one spelling of its host", (text, host) => {
    const problem = guardOf().problem(new URL(text));
    expect(problem?.slice(0, host.length + 4)).toBe(`${host} is `);
    expect(problem).toMatch(/: to allow it, name it in allow$/);
  });

  it.each(["https://[fe80::1%25eth0]/", "https://[::1", "https://999.1.1.1/", "https://1.2.3.4.5/"])("%s is no URL at all", (text) => {
    expect(URL.canParse(text)).toBe(false);
  });

  it("http:// is refused, and names are looked up by nobody", () => {
    const { problem, asked } = guardOf();
    expect(problem(new URL("http://example.com:8080/x"))).toBe(
      "http://example.com:8080 is not encrypted: use https://, or name it in allow",
    );
    expect(problem(new URL("https://example.com:8443/x"))).toBeUndefined();
    expect(problem(new URL("https://8.8.8.8/"))).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it("what the team allowed may be private, and without TLS", () => {
    const { problem } = guardOf(["ops.internal", "Localhost", "10.20.0.0/16", "fd00:1::/32", "192.168.7.7"]);
    for (const url of [
      "http://ops.internal:3000/",
      "http://OPS.internal./",
      "http://localhost:1/",
      "http://10.20.255.1/",
      "https://[fd00:1::9]/",
      "http://192.168.7.7/",
      "https://[::ffff:10.20.0.1]/",
    ])
      expect(problem(new URL(url)), url).toBeUndefined();
    for (const url of [
      "http://x.ops.internal/",
      "https://10.21.0.1/",
      "https://192.168.7.8/",
      "https://127.0.0.1/",
      "https://[fd00:2::9]/",
    ])
      expect(problem(new URL(url)), url).toBeDefined();
  });
});

describe("the look-up of a host", () => {
  const found = {
    "public.test": ["8.8.8.8", "2606:4700::1111"],
    "mixed.test": ["8.8.8.8", "10.0.0.8"],
    "inside.test": ["10.20.0.4"],
    "mapped.test": ["::ffff:169.254.169.254"],
    "xn--mnchen-3ya.test": ["192.168.1.1"],
    "ops.internal": ["127.0.0.1"],
  };
  const of = (url: string, allow: readonly string[] = []) => guardOf(allow, found).destination(new URL(url));

  it("gives the addresses that may be connected to", async () => {
    expect(await of("https://public.test./x")).toEqual({
      addresses: [
        { address: "8.8.8.8", family: 4 },
        { address: "2606:4700::1111", family: 6 },
      ],
      allowed: false,
    });
    expect(await of("https://8.8.8.8/")).toEqual({ addresses: [{ address: "8.8.8.8", family: 4 }], allowed: false });
  });

  it("one private address among several is enough to refuse them all", async () => {
    expect(await of("https://mixed.test/")).toEqual({
      problem: "mixed.test has the address 10.0.0.8, which is a private network: to allow it, name it in allow",
    });
    expect(await of("https://mapped.test/")).toHaveProperty(
      "problem",
      expect.stringContaining("mapped.test has the address ::ffff:169.254.169.254"),
    );
    expect(await of("https://münchen.test/")).toHaveProperty(
      "problem",
      expect.stringContaining("xn--mnchen-3ya.test has the address 192.168.1.1"),
    );
  });

  it("the team's own hosts and networks are reached", async () => {
    expect(await of("http://ops.internal/", ["ops.internal"])).toMatchObject({ allowed: true, addresses: [{ address: "127.0.0.1" }] });
    expect(await of("https://inside.test/", ["10.20.0.0/16"])).toMatchObject({ allowed: true });
    expect(await of("https://inside.test/", ["10.21.0.0/16"])).toHaveProperty("problem");
    // A name may be anywhere tomorrow: without TLS only what was named itself.
    expect(await of("http://inside.test/", ["10.20.0.0/16"])).toHaveProperty("problem", expect.stringContaining("not encrypted"));
  });

  it("is not made for what is refused as it is written", async () => {
    const { destination, asked } = guardOf();
    expect(await destination(new URL("https://localhost/"))).toHaveProperty("problem");
    expect(await destination(new URL("https://127.1/"))).toHaveProperty("problem");
    expect(asked).toEqual([]);
  });
});

it("an allow-list holds hosts, addresses and networks, and nothing else", () => {
  expect(allowListProblems(["ops.internal", "OPS", "[::1]", "::1", "10.0.0.0/8", "fd00::/8", "127.0.0.1", "münchen.example"])).toEqual([]);
  const wrong = [
    "",
    "https://ops.internal",
    "ops.internal:80",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0/8",
    "fe80::1%eth0",
    "*.internal",
    "a b",
    "x/8",
  ];
  expect(allowListProblems(wrong).map((problem) => /^allow: ("[^"]*") is no host/.exec(problem)?.[1])).toEqual(
    wrong.map((entry) => JSON.stringify(entry)),
  );
});
