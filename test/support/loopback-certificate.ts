/**
 * A certificate that trusts itself, for receivers on loopback: for `127.0.0.1` and `hooks.example.test`, until 2120. Its key protects
 * nothing. Made with `openssl ca -selfsign`.
 */
export const loopbackCertificate = {
  key: `
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgggLdNtffSBqfV5sF
aR9OV67iChFdbHoxBm2IqMdDXo6hRANCAAQe7jaWe1YCwEadDzdfXEdEiAwceLts
jA00D5RUqSDz4UDxJ3vGZJKryi6PlGorK6KffE3EcH/4A8d/05zDtAQc
-----END PRIVATE KEY-----
`.trim(),
  cert: `
-----BEGIN CERTIFICATE-----
MIIBhjCCASygAwIBAgIBATAKBggqhkjOPQQDAjAfMR0wGwYDVQQDDBRidXNiYXIg
dGVzdCByZWNlaXZlcjAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFow
HzEdMBsGA1UEAwwUYnVzYmFyIHRlc3QgcmVjZWl2ZXIwWTATBgcqhkjOPQIBBggq
hkjOPQMBBwNCAAQe7jaWe1YCwEadDzdfXEdEiAwceLtsjA00D5RUqSDz4UDxJ3vG
ZJKryi6PlGorK6KffE3EcH/4A8d/05zDtAQco1cwVTAjBgNVHREEHDAahwR/AAAB
ghJob29rcy5leGFtcGxlLnRlc3QwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQU
/zIVHIj/BQfJbhl7BnucZLGx+m8wCgYIKoZIzj0EAwIDSAAwRQIgGpUh9uyL+kXU
c6K/MB25xVpxhjT0ctxcr703YkFBIEQCIQCYVdsBEFIYgyJslzmqz7lA7Lk1Db06
sIaIfR636IRxRw==
-----END CERTIFICATE-----
`.trim(),
} as const;
