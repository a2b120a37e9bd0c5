#pragma once
// Texts with a secret of every sort that the redactor knows, for the tests of whatever must not let
// one through. They are put together here, so that no scanner takes this file for a leak.

#include <string>
#include <string_view>
#include <vector>

namespace tine::test {

/// before + secret + after is a text as tools print it; the redactor marks exactly `secret`.
struct SecretSample {
  std::string kind;
  std::string before;
  std::string secret;
  std::string after;

  std::string text() const { return before + secret + after; }
};

/// A sample and a counter-sample of a row of the table of formats.
struct ShapeSample {
  std::string kind;
  std::string secret;
  std::string counter;
};

inline std::vector<ShapeSample> shape_samples() {
  std::vector<ShapeSample> samples;
  const auto add = [&samples](const char* kind, const std::string& prefix, const std::string& lead,
                              const char* body, const char* counter) {
    samples.push_back({kind, lead + prefix + body, lead + prefix + counter});
  };
#define SHAPE(kind, prefix, edge, pieces, lead, body, counter) \
  add(kind, prefix, lead, body, counter);
#include "base/redact/shapes.def"
#undef SHAPE
  return samples;
}

/// Lines that look like a key's, and open nothing.
inline std::string key_body(int lines, std::string_view newline = "\n") {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string body = "MIIEpAIBAAKCAQEA";
  unsigned x = 2463534242u;
  for (int line = 0; line < lines; ++line) {
    while (body.size() % (64 + newline.size()) < 64) {
      x ^= x << 13;
      x ^= x >> 17;
      x ^= x << 5;
      body += alphabet[x % 64];
    }
    body += newline;
  }
  return body;
}

inline std::string private_key(int lines = 6, const std::string& label = "RSA PRIVATE KEY") {
  return "-----BEGIN " + label + "-----\n" + key_body(lines) + "qL0xK9==\n-----END " + label +
         "-----";
}

/// Secrets that are known by what stands around them.
inline std::vector<SecretSample> context_samples() {
  const std::string value = "k7Qz9wLm2XcV4bNt8RfD";
  const std::string chosen = "Tr0ub4dor&3x!";
  return {
      {"private-key", "cat id_rsa\n", private_key(), "\n$ exit\n"},
      {"private-key", "key:\n", private_key(3, "OPENSSH PRIVATE KEY"), "\nnext: 1\n"},
      {"private-key", "", private_key(3, "PRIVATE KEY"), "\n"},
      {"private-key", "", private_key(3, "ENCRYPTED PRIVATE KEY"), "\n"},
      {"private-key", "", private_key(3, "EC PRIVATE KEY"), "\n"},
      {"pgp-private-key", "gpg --export\n", private_key(4, "PGP PRIVATE KEY BLOCK"), "\n"},
      {"authorization", "> Authorization: Bearer ", value, "\r\n> Accept: */*\r\n"},
      {"authorization", "curl -H 'Authorization: token ", value, "' https://example.org\n"},
      {"authorization", "Authorization: Basic ", "YWxhZGRpbjpvcGVuLXNlc2FtZS00Mg==", "\n"},
      {"authorization", "sent Bearer ", value, " to the server\n"},
      {"key", "curl -H \"x-api-key: ", value, "\" https://example.org\n"},
      {"token", "curl --header 'Private-Token: ", value, "'\n"},
      {"cookie", "Cookie: theme=dark; session=", value, "; lang=en\n"},
      {"cookie", "Set-Cookie: sid=", value, "; Path=/; HttpOnly\n"},
      {"url-password", "git clone https://bot:", chosen, "@git.example.org/a.git\n"},
      {"url-password", "REDIS_URL=redis://:", "s3cretPw99", "@cache:6379/0\n"},
      {"url-password", "postgres://app:", "p%40ss-w0rd77", "@db/app?sslmode=require\n"},
      {"key", "export SERVICE_API_KEY=", value, "\n"},
      {"secret", "CLIENT_SECRET='", value, "'\n"},
      {"token", "  access_token: ", value, "\n  expires: 3600\n"},
      {"password", "password = \"", chosen, "\"\n"},
      {"password", "DB_PASSWORD=", chosen, "\nDB_HOST=localhost\n"},
      {"password", "{\"user\": \"a\", \"password\": \"", chosen, "\", \"port\": 5432}\n"},
      {"key", "{\"apiKey\":\"", value, "\",\"x\":1}\n"},
      {"key", "aws_secret_access_key = ", "wJa1rXUtnFEMI/K7MDENG/bPxRf1CYzq8Wd3Kp5s", "\n"},
      {"password", "Server=db;User Id=sa;Password=", "Gr33n!Horse#7", ";Encrypt=true\n"},
      {"azure-storage-key", "AccountName=a;AccountKey=",
       "q3Jv8ZkPz1Xw7Lm2Rt9Yb4Nc6Dh5Gf0Sa8Ue1Io3Kj7Wx2Vq5Zp9Mn4Bt6Ly8Rd0Hc2Fg4Jk6Ls8Qw0Ez==",
       ";EndpointSuffix=core.windows.net\n"},
      {"token", "deploy --token ", value, " --verbose\n"},
      {"token", "run(\"deploy\", \"--token\", \"", value, "\")\n"},
      {"token", "https://example.org/hook?access_token=", value, "&page=2\n"},
      {"credentials", "CREDENTIALS=", value, "\n"},
      {"key", "SECRET_KEY_BASE=", value, "\n"},
      {"key", "secretKeyBase: '", value, "'\n"},
      {"signature", "https://a.blob.core.windows.net/c?sv=2024-11-04&sig=",
       "k7Qz9wLm2XcV4bNt8RfDk7Qz9wLm2XcV4bNt8RfDabc", "&se=2026-01-31\n"},
      {"authorization", "{\"auths\": {\"r.example.org\": {\"auth\": \"",
       "YWxhZGRpbjpvcGVuLXNlc2FtZS00Mg==", "\"}}}\n"},
      {"authorization", "//registry.example.org/:_auth=", "YWxhZGRpbjpvcGVuLXNlc2FtZS00Mg==", "\n"},
      {"password", "curl -u alice:", chosen, " https://example.org/\n"},
      {"password", "curl --user 'alice:", chosen, "' https://example.org/\n"},
      {"password", "curl --user=alice:", chosen, " https://example.org/\n"},
      {"password", "curl -u alice:", "70" + chosen, " https://example.org/\n"},
      {"token", "{\"name\": \"X_TOKEN\", \"value\": \"", value, "\"}\n"},
      {"token", "{\"Key\": \"X_TOKEN\", \"Value\": \"", value, "\"}\n"},
      {"password", "  - name: DB_PASSWORD\n    value: ", value, "\n"},
      {"key", "AWS Secret Access Key [None]: ", "wJa1rXUtnFEMI/K7MDENG/bPxRf1CYzq8Wd3Kp5s", "\n"},
      {"url-password", "jdbc:oracle:thin:app/", "s3cretPw99", "@db.example.org:1521/x\n"},
      {"github-token", "token is ", std::string("ghp") + "_NOUwuxgBVuDWfID7RFQO5Tj3ybggVfJjdPx",
       "\n"},
      {"password", "passwd: '", chosen, "'\n"},
      {"secret", "const client_secret: string = \"", value, "\";\n"},
  };
}

/// All of them.
inline std::vector<SecretSample> secret_samples() {
  std::vector<SecretSample> samples = context_samples();
  for (const ShapeSample& shape : shape_samples()) {
    samples.push_back({shape.kind, "it printed (", shape.secret, ") and went on\n"});
  }
  return samples;
}

}  // namespace tine::test
