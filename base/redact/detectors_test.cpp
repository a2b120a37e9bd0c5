// What is taken for a secret, and what looks like one and is not.

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "base/redact/redactor.h"
#include "base/redact/secret_name.h"
#include "base/redact/shapes.h"
#include "tests/catch.h"
#include "tests/redact/samples.h"

namespace {

using tine::Redactor;

const Redactor::Key key{};

}  // namespace

TEST_CASE("shapes: each sample is one, each counter-sample is none") {
  const std::vector<tine::test::ShapeSample> samples = tine::test::shape_samples();
  REQUIRE(samples.size() == tine::redact::shapes().size());
  CHECK(samples.size() >= 60);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const tine::test::ShapeSample& sample = samples[i];
    Redactor redactor(key);
    INFO(sample.kind << ' ' << sample.counter);
    CHECK(redactor.redacted("'" + sample.secret + "'") == "'«redacted:" + sample.kind + ":1»'");
    // One or a few characters short it may still be one that was cut.
    const bool exact = tine::redact::shapes()[i].edge == tine::redact::Edge::exact;
    const std::string counter = sample.counter.substr(0, sample.counter.size() - (exact ? 0 : 4));
    CHECK(redactor.redact("'" + counter + "'") == std::nullopt);
  }
}

TEST_CASE("shapes: samples of manuals stay") {
  Redactor redactor(key);
  for (const std::string& text :
       {std::string("AKIA") + "IOSFODNN7EXAMPLE", std::string("gh") + "p_" + std::string(36, 'x'),
        std::string("sk-ant-") + "api03-" + std::string(93, 'x') + "AA",
        std::string("hooks.slack.com/services/") + "T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
        std::string("npm_") + "config_registry_and_other_settings_of_it",
        std::string("xoxb-") + "your-token-goes-right-here-please"}) {
    INFO(text);
    CHECK(redactor.redact(text) == std::nullopt);
  }
}

TEST_CASE("assignments: code, words, paths and placeholders stay") {
  Redactor redactor(key);
  for (const char* text : {
           "password = os.environ[\"X\"]",
           "token: str",
           "secret_name = \"database-credentials-v2\"",
           "api_key = \"<your-key>\"",
           "PASSWORD=changeme",
           "SECRET=xxxxxxxxxxxx",
           "\"Microsoft.Extensions.Configuration\": \"6.0.0\"",
           "pwd: /home/me/src/project1",
           "commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
           "key: 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
           "id: 123e4567-e89b-12d3-a456-426614174000",
           "key: 123e4567-e89b-12d3-a456-426614174000",
           "cacheKey: \"v1-linux-9f86d081884c7d659a2feaa0c55ad015\"",
           "token = next_token(stream2)",
           "const token = await getToken();",
           "let key = map[index1].key2;",
           "password: ${DB_PASSWORD}",
           "password: {{ vault_password_9 }}",
           "PASSWORD=$(pass show db/prod1)",
           "api_key=%s&user=%s",
           "auth_token: Optional[str] = None",
           "token: \"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"",
           "if (token == \"abc123def456ghi\") {",
           "private_key: ed25519.Ed25519PrivateKey",
           "publicKey = \"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9f3k\"",
           "integrity=\"sha512-kYGbWtyHVEbrzVaDNQcYhWqpXkRmGf8Bf3kT9vhRwqcQ==\"",
           "Authorization: Bearer <token>",
           "Authorization: Bearer ${TOKEN}",
           "headers = {'Authorization': f'Bearer {token}'}",
           "Cookie: theme=dark; lang=en",
           "http://user:password@host/",
           "postgres://postgres:postgres@localhost/db",
           "https://example.org:8080/a@b",
           "mailto:someone@example.org",
           "password: someone9@example.org",
           "usage: tool --password PASSWORD --token <token>",
           "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
           "!function(e,t){e.token=t.key,e.secret=n(12),o.password=r?i1:a2}(this,9);",
       }) {
    INFO(text);
    CHECK(redactor.redact(text) == std::nullopt);
    CHECK(redactor.redact(std::string("+ ") + text + "\n") == std::nullopt);
  }
}

TEST_CASE("assignments: names") {
  using tine::redact::NameStrength;
  using tine::redact::secret_name;
  CHECK(secret_name("AWS_SECRET_ACCESS_KEY").strength == NameStrength::strong);
  CHECK(secret_name("sort_key").strength == NameStrength::none);
  CHECK(secret_name("key").strength == NameStrength::weak);
  CHECK(secret_name("userPassword").strength == NameStrength::password);
  CHECK(secret_name("AccountKey").kind == "azure-storage-key");
  CHECK(secret_name("monkeys").strength == NameStrength::none);
}

TEST_CASE("private keys: cut short, quoted, numbered, in a diff of a diff") {
  const std::string body = tine::test::key_body(4);
  const std::string head = "-----BEGIN RSA PRIVATE KEY-----\n";
  const std::string foot = "-----END RSA PRIVATE KEY-----";
  const auto prefixed = [](const std::string& text, const std::string& prefix) {
    std::string out = prefix;
    for (const char c : text) {
      out += c;
      if (c == '\n') out += prefix;
    }
    return out;
  };
  const std::string whole = head + body + foot + "\n";
  const std::vector<std::string> texts = {
      whole,
      head + body,
      head + body.substr(0, 100),
      head + body.substr(0, 12),
      prefixed(whole, "    "),
      prefixed(whole, "> "),
      prefixed(whole, "+"),
      prefixed(whole, "++"),
      prefixed(whole, "  12\t"),
      prefixed(whole, "id_rsa:7:"),
      prefixed(whole, "# "),
      "const char* key =\n" + prefixed(whole, "\"") + ";",
      "\"" + head.substr(0, head.size() - 1) + "\\n" + tine::test::key_body(4, "\\n") + foot + "\"",
      "KEY=\"" + head.substr(0, head.size() - 1) + " " + tine::test::key_body(4, " ") + foot + "\"",
      "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\n" +
          body + foot,
      "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n" + body +
          "=xkR4\n-----END PGP PRIVATE KEY BLOCK-----"};
  for (const std::string& text : texts) {
    Redactor redactor(key);
    INFO(text);
    const std::string out = redactor.redacted(text);
    CHECK(out.find("private-key:1»") != std::string::npos);
    for (std::size_t at = 0; at + 16 <= body.size(); at += 16) {
      if (body.substr(at, 16).find('\n') != std::string::npos) continue;
      CHECK(out.find(body.substr(at, 16)) == std::string::npos);
    }
  }
}

TEST_CASE("private keys: what only speaks of them stays, and so does what follows one") {
  Redactor redactor(key);
  for (const char* text :
       {"if (line == \"-----BEGIN RSA PRIVATE KEY-----\") return someLongCamelCaseIdentifier(x);",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1234567890abcdefghij\n",
        "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYD\n",
        "-------------------------------\n| a table |\n-------------------------------\n"}) {
    INFO(text);
    CHECK(redactor.redact(text) == std::nullopt);
  }
  const std::string cut = "-----BEGIN PRIVATE KEY-----\n" + tine::test::key_body(3);
  CHECK(redactor.redacted(cut + "\nThen the tool went on.\n") ==
        "«redacted:private-key:1»\n\nThen the tool went on.\n");
}

TEST_CASE("shapes: the manual names each format") {
  // kind -> prefixes, both in the order of the table.
  std::vector<std::pair<std::string, std::string>> rows;
  for (const tine::redact::Shape& shape : tine::redact::shapes()) {
    const std::string kind(shape.kind);
    auto row = std::find_if(rows.begin(), rows.end(),
                            [&kind](const auto& known) { return known.first == kind; });
    if (row == rows.end()) row = rows.insert(rows.end(), {kind, ""});
    const bool leads = std::any_of(shape.pieces.begin(), shape.pieces.end(), [](const auto& piece) {
      return piece.role == tine::redact::Piece::Role::lead;
    });
    row->second += std::string(" `") + (leads ? "…" : "") + std::string(shape.prefix) + "`";
  }
  std::string table;
  for (const auto& [kind, prefixes] : rows) {
    table += "| `";
    table += kind;
    table += "` |";
    table += prefixes;
    table += " |\n";
  }

  std::ifstream file("docs/redaction.md", std::ios::binary);
  const std::string manual{std::istreambuf_iterator<char>(file), {}};
  INFO("docs/redaction.md should have these lines:\n" << table);
  CHECK(manual.find(table) != std::string::npos);
}
