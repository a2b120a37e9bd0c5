#pragma once
// Lines with the names of secrets and no secrets in them, as code, settings, prose and logs have
// them. Each must come through as it is.

#include <string>
#include <vector>

namespace tine::test {

inline std::vector<std::string> clean_samples() {
  return {
      // Code.
      R"(password = os.environ["X"])",
      R"(token: str)",
      R"(token = self.tokenizer.nextToken2)",
      R"(const apiToken = process.env.NPM_ID_TOKEN)",
      R"(private_key: ed25519.Ed25519PrivateKey)",
      R"(this.secretKey = options.secretKeyBase64)",
      R"(password = vkCmdBeginRenderPass2KHR)",
      R"(credentials = oauth2client.client.OAuth2Credentials)",
      R"(access_token = store.GetFreshAccessTokenIfEnabled(args))",
      R"(auth_token = uuid.uuid4().hex)",
      R"(secret = base64.b64decode(value2))",
      R"(token = "V1SecretVolumeSource")",
      R"(let token = &tokens[index1];)",
      R"(pub token: Option<SecretString>)",
      R"(std::string api_token_v2 = config.api_token_v2;)",
      R"x(String clientSecret = System.getenv("CLIENT_SECRET"))x",
      R"(KEY_FILE_PASSWORD = _PASSWORD_DEFAULT)",
      R"(client_secret: ClientSecretCredential)",
      R"(token=HTMLTokenizerState)",
      R"(auth_key = self._private_key_pkcs8_pem)",
      R"x(TOKEN_RE = "(?:[%s]+|%s)")x",
      R"(TOKEN: /_?[A-Z][_A-Z0-9]*/)",
      R"("input_token": "Jobs[-1].JobId")",
      R"("output_token": "NextContinuationToken")",
      R"("limit_token": "CloudFrontOriginAccessIdentityList.NextMarker")",
      R"(e.token=t.key,e.secret=n(12),o.password=r?i1:a2)",
      R"x(token = base + sizeof(struct sha256_ctx))x",
      R"(#define MAX_TOKEN 4096)",
      R"(token_type = "application/vnd.api+json")",
      // Settings.
      R"("Microsoft.Extensions.Configuration": "6.0.0")",
      R"(api_key = "<your-key>")",
      R"(API_TOKEN=your-token-goes-here)",
      R"(PASSWORD=changeme123)",
      R"(SECRET_KEY=${SECRET_KEY})",
      R"(password: "{{ vault_db_password }}")",
      R"(password: !vault prod/database)",
      R"(token: "${USER1}:${PASS2}")",
      R"(token: $GITHUB_TOKEN)",
      R"(DB_PASSWORD=%DB_PASSWORD%)",
      R"(secret: projects/my-project/secrets/my-secret/versions/12)",
      R"(private_key=/home/user1/.ssh/id_ed25519)",
      R"(credentials: ./config/service-account-2.json)",
      R"(token-file: /var/run/secrets/kubernetes.io/serviceaccount/token)",
      R"(secretName: database-credentials-v2)",
      R"(kubernetes_token: kubernetes-dashboard-token)",
      R"(password_encryption = scram-sha-256)",
      R"(client_secret: client_secret_basic)",
      R"(passwordPolicy: minimum-length-12)",
      R"(session_token: undefined)",
      R"(secret: abcdefghijklmnop)",
      R"(secret: aaaaaaaaaaaaaaaa)",
      R"(api_token: 000000000000)",
      // Translations, styles, markup.
      R"("login.password": "Passwort eingeben")",
      R"("forgot_password": "Mot_de_passe_oublié")",
      R"("settings.apiKey.title.token": "settings.apiKey.title.label")",
      R"(token: "text-gray-600")",
      R"(.token.password{color:#a67f59})",
      R"(<input type="password" name="password" placeholder="Password" id="inputPassword3">)",
      R"(<label for="password">Password:</label>)",
      R"(<span class="token keyword">return</span>)",
      // Prose and logs.
      R"(Password: must contain at least 12 characters)",
      R"(password: yes (using password))",
      R"(Enter the token: it is shown once.)",
      R"(The secret: there-is-no-secret-ingredient)",
      R"(token=next_page&limit=50)",
      R"(GET /oauth2/token?grant_type=authorization_code&token=refresh_token)",
      R"(WWW-Authenticate: Bearer realm="example")",
      R"(Authorization: AWS4-HMAC-SHA256)",
      R"(unexpected token: T_CONSTANT_ENCAPSED_STRING)",
      R"(SyntaxError: Unexpected token: punctuator)",
      R"(usage: tool --password PASSWORD --token <token>)",
      R"(--token value, -t value    the token for the server)",
  };
}

}  // namespace tine::test
