"""Test helpers: requests that hold one planted secret each, in the shapes of real APIs; half are generated.

Every value is invented. A case is one shape with one value; `planted_cases` yields all of them.
"""

from __future__ import annotations

import base64
import gzip
import json
import random
import re
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote, urlencode

from pactape.cassettes.scrubbing.detection.providers import FORMS, expand_example
from pactape.cassettes.scrubbing.filters import RecordingFilter
from vcr.request import Request as VcrRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Case", "planted_cases", "stays"]

_SEED = 20_261_129
_DIGITS = "0123456789"
_B62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" + _DIGITS
JSON, FORM, XML, TEXT = (
    "application/json",
    "application/x-www-form-urlencoded",
    "application/xml",
    "text/plain",
)


class Case(NamedTuple):
    """One planted secret.

    Attributes:
        shape: What kind of place it is in.
        secret: What must not be there afterwards.
        url: The request's URL.
        headers: The request's headers.
        body: The body, of the request or the response.
        content_type: Its type.
    """

    shape: str
    secret: str
    url: str = "https://api.example.org/v1/things"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    content_type: str = JSON


def _names(text: str) -> list[str]:
    """Return the names in a text."""
    return text.split()


#: Names of fields in JSON, XML, forms and GraphQL whose value is a secret, however it looks.
_FIELDS = _names(
    """
    password Password PASSWORD passwd pass pwd user_password userPassword newPassword old_password
    current-password password_confirmation passwordConfirm db_password DB_PASS smtp_pass mysqlPwd
    rootPassword admin_pwd passphrase passPhrase keystorePassword sshPassphrase wifi_password
    encryptedPassword password_hash passcode secret client_secret clientSecret ClientSecret app_secret
    consumerSecret api_secret shared_secret webhook_secret signing_secret jwt_secret SECRET_KEY secretKey
    secret_access_key SecretAccessKey aws_secret_access_key token_secret secretString cookie_secret
    session_secret storage_secret totp_secret otp_secret api_key apiKey ApiKey apikey API-KEY api_keys
    x_api_key google_api_key stripeApiKey rapidapi_key accessKey access_key accessKeyId private_key
    privateKey PrivateKey signing_key encryptionKey master_key account_key sharedKey subscriptionKey
    license_key licenseKey user_key userkey application_key service_key admin_key deploy_key hmacKey
    decryption_key storageKey functions_key client_key integrationKey session_key access_token accessToken
    AccessToken refresh_token refreshToken id_token auth_token authToken oauth_token bearer_token
    bearerToken api_token apitok session_token sessionToken csrf_token csrfToken xsrf_token
    authenticity_token security_token SecurityToken device_token user_token bot_token app_token
    personal_access_token private_token verification_token reset_token invite_token login_token jwt ssoToken
    webhook_token upload_token deploy_token install_token page_access_token impersonation_token
    refresh_tokens sessionId session_id sid ssid PHPSESSID JSESSIONID sessid sessionKey authorization
    Authorization credential assertion client_assertion code_verifier SAMLResponse auth_code device_code
    connection_string sas_token samlAssertion client-key-data tls.key htpasswd mnemonic recovery_code
    backup_codes activation_key customer_key merchantKey sharedAccessKey primary_access_key hashedPassword
    appPassword
    """
)
_FURTHER_FIELDS = _names(
    """
    psk wpa_psk preSharedKey bind_pw keyPass requirepass sasl.password channelAccessToken EncodingAESKey
    aesKey access-key-secret AccessKeySecret SecretId AuthorizationToken _authToken AUTH_KEY refreshJwt
    contraseña mot_de_passe secretPhrase GITHUB_TOKEN TELEGRAM_BOT_TOKEN OPENAI_API_KEY AZURE_CLIENT_SECRET
    writeKey ingest_key kms_plaintext data_key SharedAccessSignature cosmosKey primaryKey secondaryKey
    primary_connection_string rememberMe pkey hmac laravel_session ASP.NET_SessionId connect.sid
    __RequestVerificationToken _csrf adminpass root_pw Passwort sshpw bindpw corpsecret passwordrepeat serverkey
    md5Key github_pat spring.kubeconfig user[mnemonic]
    """
)
_HEADERS = _names(
    """
    X-Api-Key Api-Key X-API-KEY-2 apikey X-Auth-Token X-Auth X-Access-Token X-Authorization
    Proxy-Authorization X-Vault-Token Private-Token JOB-TOKEN X-Gitlab-Token PRIVATE-TOKEN
    X-Shopify-Access-Token X-Amz-Security-Token X-CSRF-Token X-XSRF-TOKEN X-CSRFToken
    Ocp-Apim-Subscription-Key x-functions-key DD-API-KEY DD-APPLICATION-KEY X-Figma-Token X-Session-Token
    X-Session-Id X-Parse-REST-API-Key X-Algolia-API-Key X-Postmark-Server-Token X-Consul-Token X-Plex-Token
    X-Emby-Token X-Recharge-Access-Token CB-ACCESS-PASSPHRASE CB-ACCESS-SIGN X-MBX-APIKEY
    OK-ACCESS-PASSPHRASE X-Client-Secret X-User-Token X-App-Secret X-Hub-Signature-256 X-Twilio-Signature
    X-Slack-Signature X-Auth-Key Circle-Token X-TrackerToken X-Cisco-Meraki-API-Key X-RapidAPI-Key
    X-Original-Authorization X-Honeycomb-Team X-JFrog-Art-Api X-Tableau-Auth
    X-Goog-Api-Key xi-api-key Api-Token Token X-Token Secret-Key X-Secret X-Password X-Acs-Security-Token
    """
)
_PARAMETERS = _names(
    """
    api_key apikey key access_token token auth_token oauth_token refresh_token password passwd pwd pass
    secret client_secret sig signature X-Amz-Signature X-Amz-Credential X-Amz-Security-Token
    X-Goog-Signature AWSAccessKeyId Signature oauth_signature oauth_verifier sid session_id PHPSESSID
    jsessionid code auth hapikey appid_key app_key subscription-key private_key jwt id_token_hint access_key
    user_token apiKey apiToken sas ticket_token state_token reset_password_token confirmation_token
    invitation_token unlock_token magic_token otp_token wstoken sessionid
    """
)


def planted_cases() -> Iterator[Case]:
    """Yield the cases, in an order that doesn't change."""
    values = _Values()
    yield from _in_fields(values)
    yield from _in_headers(values)
    yield from _in_parameters(values)
    yield from _in_structures(values)
    yield from _codes()
    yield from _provider_tokens()


def stays(case: Case) -> bool:
    """Return whether a case's secret is still in the request after filtering, in clear, quoted or in base64."""
    kind = {"Content-Type": case.content_type} if case.content_type else {}
    request = VcrRequest("POST", case.url, case.body or None, {**dict(case.headers), **kind})
    clean = RecordingFilter({}).request(request)
    body = clean.body or b""
    body = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    charset = "utf-16" if body[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    texts = [
        clean.uri,
        unquote(clean.uri),
        *map(str, clean.headers.values()),
        body.decode(charset, "replace"),
    ]
    texts.extend(
        bytes.fromhex(digits).decode("utf-8", "replace")
        for digits in re.findall(r"(?:[0-9a-fA-F]{2}){16,}", " ".join(texts))
    )
    for encoded in re.findall(r"[A-Za-z0-9+/]{16,}={0,2}", " ".join(texts)):
        with suppress(ValueError):
            texts.append(base64.b64decode(encoded + "=" * (-len(encoded) % 4)).decode("utf-8", "replace"))
    quoted = json.dumps(case.secret)[1:-1]
    return any(case.secret in text or quoted in text for text in texts)


class _Values:
    """Secrets of all kinds in turn, the same in every run."""

    def __init__(self) -> None:
        self._random = random.Random(_SEED)  # noqa: S311 -- not for security: the same in every run
        self._turn = 0

    def next(self) -> str:
        """Return the next secret."""
        self._turn += 1
        make = (self.base62, self.hex, self.base64url, self.base62, self.password)[self._turn % 5]
        return make()

    def base62(self) -> str:
        """Return 24 letters and digits."""
        return self._of(_B62, 24)

    def hex(self) -> str:
        """Return 32 hexadecimal digits."""
        return self._of("0123456789abcdef", 32)

    def base64url(self) -> str:
        """Return 32 characters of base64url."""
        return "a" + self._of(_B62 + "-_", 30) + "7"

    def password(self) -> str:
        """Return a password as a person would choose it."""
        return (
            f"{self._of('bcdfghkmnprst', 3)}{self._of('aeiou', 2)}!{self._of(_DIGITS, 3)}{self._of(_B62, 4)}"
        )

    def _of(self, letters: str, size: int) -> str:
        first = self._random.choice([letter for letter in letters if letter.isalpha()] or letters)
        return (
            first
            + "".join(self._random.choice(letters) for _ in range(size - 2))
            + self._random.choice("234789")
        )


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _in_fields(values: _Values) -> Iterator[Case]:
    for name in _FIELDS:
        secret = (
            values.next()
            if name not in {"sessionId", "session_id", "sid", "ssid", "sessid"}
            else values.base62()
        )
        holder: object = [secret] if name.endswith(("keys", "tokens", "codes")) else secret
        yield Case(f"json {name}", secret, body=_json({"id": 7, "data": {name: holder}}))
    for name in _FURTHER_FIELDS:
        secret = values.base62()
        yield Case(f"json {name}", secret, body=_json({"id": 7, "data": {name: secret}}))
    for name in _FIELDS[:75]:
        secret = values.next()
        yield Case(
            f"form {name}", secret, body=urlencode({"user": "ada", name: secret}).encode(), content_type=FORM
        )
    for name in _FIELDS[:60]:
        if name.replace("_", "").replace("-", "").isalpha():
            secret = values.base62()
            yield Case(
                f"xml {name}",
                secret,
                body=f'<a><{name} id="1">{secret}</{name}></a>'.encode(),
                content_type=XML,
            )


_SCHEMES = _names("Bearer Basic Token token ApiKey GenieKey SSWS Negotiate Digest DPoP Key")
_HEADERS_WITH_URLS = _names(
    "Location Content-Location Refresh Link Operation-Location X-Upload-Url Referer SourceMap"
)
_HEADER_TEXTS = (
    ("Cookie", "theme=dark; session={}"),
    ("Cookie", "{}"),
    ("Set-Cookie", "{}; Path=/"),
    ("X-Original-Authorization", "AWS AKIDEXAMPLE:{}="),
    ("Authorization", 'Hawk id="x", ts="1", nonce="j", mac="{}="'),
    ("Proxy-Authentication-Info", 'rspauth="{}"'),
    ("Sec-WebSocket-Protocol", "base64url.bearer.authorization.k8s.io.{0}{0}, v4.channel.k8s.io"),
    ("Set-Cookie", "session={}; Path=/; HttpOnly"),
    ("Set-Cookie", "a=b; Path=/, sid={}; Path=/"),
    ("X-WSSE", 'UsernameToken Username="ada", PasswordDigest="{}", Nonce="x"'),
    ("WWW-Authenticate", 'Bearer realm="x", token="{}"'),
    ("X-Forwarded-Authorization", "Bearer {}"),
    ("X-Original-Url", "/cb?access_token={}"),
    ("X-Debug", "password={}"),
    ("X-Curl", "curl -H 'X-Api-Key: {}' /x"),
)


def _in_headers(values: _Values) -> Iterator[Case]:
    for name in _HEADERS:
        secret = values.next()
        yield Case(f"header {name}", secret, headers=((name, secret),))
    for scheme in _SCHEMES:
        secret = values.base62()
        yield Case(
            f"header Authorization {scheme}", secret, headers=(("Authorization", f"{scheme} {secret}"),)
        )
    for header in _HEADERS_WITH_URLS:
        secret = values.base62()
        url = f"https://files.example.org/a?expires=7&sig={secret}"
        wrapped = {"Refresh": f"0; url={url}", "Link": f'<{url}>; rel="next"'}.get(header, url)
        yield Case(f"header {header}", secret, headers=((header, wrapped),))
    for header, text in _HEADER_TEXTS:
        secret = values.base62()
        yield Case(f"header {header} {text[:12]}", secret, headers=((header, text.format(secret)),))


def _in_parameters(values: _Values) -> Iterator[Case]:
    for name in _PARAMETERS:
        secret = values.base62()
        yield Case(f"query {name}", secret, url=f"https://api.example.org/a?page=2&{name}={quote(secret)}")
    for shape, url in {
        "fragment": "https://app.example.org/#access_token={}&type=bearer",
        "user": "https://ada:{}@api.example.org/x",
        "token as user": "https://{}@api.example.org/x",
        "matrix": "https://api.example.org/a;jsessionid={}?x=1",
        "matrix token": "https://api.example.org/a;access_token={}/b",
        "semicolon": "https://api.example.org/a?x=1;token={}",
        "nested url": "https://api.example.org/login?next=https%3A%2F%2Fb.example.org%2F%3Ftoken%3D{}",
        "nested json": "https://api.example.org/q?variables=%7B%22password%22%3A%22{}%22%7D",
        "reset path": "https://api.example.org/reset-password/{}",
        "telegram path": "https://api.telegram.org/bot123456789:AA{}aB3dE5fG7/getMe",
        "slack path": "https://hooks.slack.com/services/T00000001/B00000002/{}",
        "discord path": "https://discord.com/api/webhooks/123456789012345678/{0}{0}{0}",
        "route in the fragment": "https://app.example.org/#/reset?token={}",
        "key in the path": "https://api.example.org/api_key/{}/x",
        "pair in the path": "https://api.example.org/x/token={}/y",
        "url encoded twice": "https://a.example.org/?next=https%253A%252F%252Fb%252F%253Ftoken%253D{}",
        "GraphQL": "https://a.example.org/graphql?query=mutation%20%7Blogin(password%3A%22{}%22)%7D",
        "array": "https://api.example.org/a?auth[token]={}",
        "invitation path": "https://app.example.org/invitations/{}/accept",
        "blockchain node": "https://eth-mainnet.g.alchemy.com/v2/{0}{0}",
        "GraphQL's bound variable": "https://a.example.org/graphql?query=query(%24p%3AString)%7Ba(password%3A%24p)%7D"
        "&variables=%7B%22p%22%3A%22{}%22%7D",
    }.items():
        secret = values.base62()
        yield Case(f"url {shape}", secret, url=url.format(secret))


def _in_structures(values: _Values) -> Iterator[Case]:
    for _ in range(2):
        for shape, (content_type, build) in _STRUCTURES.items():
            secret = values.base62()
            yield Case(f"in {shape}", secret, body=build(secret), content_type=content_type)


def _text(template: str) -> Callable[[str], bytes]:
    return lambda secret: template.replace("SECRET", secret).encode()


def _nested(depth: int) -> Callable[[str], bytes]:
    def build(secret: str) -> bytes:
        text = json.dumps({"password": secret})
        for _ in range(depth):
            text = json.dumps({"payload": text})
        return text.encode()

    return build


def _encoded(template: str) -> Callable[[str], bytes]:
    def build(secret: str) -> bytes:
        inner = base64.b64encode(template.replace("SECRET", secret).encode()).decode()
        return json.dumps({"data": inner}).encode()

    return build


def _in_hex(secret: str) -> bytes:
    return _json({"data": _json({"password": secret}).hex()})


def _in_php(secret: str) -> bytes:
    return f'a:2:{{s:4:"user";s:3:"ada";s:8:"password";s:{len(secret)}:"{secret}";}}'.encode()


_MULTIPART = (
    '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\nSECRET\r\n'
    '--b\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n'
    "Content-Type: image/png\r\n\r\nPICTURE\r\n--b--\r\n"
)
_STRUCTURES: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "a list": (JSON, _text('{"passwords": ["x1", "SECRET"]}')),
    "an object below a name": (JSON, _text('{"credentials": {"password": {"plain": "SECRET"}}}')),
    "name and value": (JSON, _text('[{"name": "API_KEY", "value": "SECRET"}]')),
    "value and name": (JSON, _text('[{"value": "SECRET", "name": "db_password"}]')),
    "key and value": (JSON, _text('{"Tags": [{"Key": "secret", "Value": "SECRET"}]}')),
    "JSON in JSON": (JSON, _nested(1)),
    "JSON in JSON in JSON": (JSON, _nested(2)),
    "five levels of JSON": (JSON, _nested(5)),
    "a duplicate member": (JSON, _text('{"password": "SECRET", "password": "x"}')),
    "an escaped name": (JSON, _text('{"pass\\u0077ord": "SECRET"}')),
    "broken JSON": (JSON, _text('{"password": "SECRET", "a": [1, 2')),
    "NDJSON": ("application/x-ndjson", _text('{"a": 1}\n{"token_secret": "SECRET"}\n')),
    "an event stream": ("text/event-stream", _text('event: x\ndata: {"access_token": "SECRET"}\n\n')),
    "JSONP": ("application/javascript", _text('callback({"apiKey": "SECRET"});')),
    "a script": ("application/javascript", _text("const apiKey = 'SECRET';")),
    "an object in a script": ("application/javascript", _text("init({ apiKey: 'SECRET', debug: true })")),
    "HTML meta": ("text/html", _text('<html><meta name="csrf-token" content="SECRET"></html>')),
    "HTML meta turned": ("text/html", _text('<html><meta content="SECRET" name="csrf-token"/></html>')),
    "HTML input": ("text/html", _text('<form><input type="hidden" name="csrf_token" value="SECRET"></form>')),
    "HTML data attribute": ("text/html", _text('<div data-api-key="SECRET"></div>')),
    "HTML script": ("text/html", _text('<html><script>window.S={"accessToken":"SECRET"}</script></html>')),
    "HTML link": ("text/html", _text('<p><a href="https://x.example.org/?a=1&amp;token=SECRET">x</a></p>')),
    "XML element": (XML, _text("<a><Password>SECRET</Password></a>")),
    "XML attribute": (XML, _text('<login user="ada" password="SECRET"/>')),
    "XML section": (XML, _text("<a><token><![CDATA[SECRET]]></token></a>")),
    "WS-Security": (
        XML,
        _text('<s:E xmlns:s="a"><wsse:Password Type="b#PasswordText">SECRET</wsse:Password></s:E>'),
    ),
    "XML setting": (XML, _text('<add key="DbPassword" value="SECRET"/>')),
    "XML property": (XML, _text('<p><property name="apiKey">SECRET</property></p>')),
    "XML-RPC": (
        XML,
        _text("<m><member><name>password</name><value><string>SECRET</string></value></member></m>"),
    ),
    "plist": (XML, _text("<dict><key>apiToken</key><string>SECRET</string></dict>")),
    "YAML": ("application/yaml", _text("user: ada\ndb:\n  password: SECRET\n")),
    "YAML list": ("application/yaml", _text("api_keys:\n  - SECRET\n")),
    "YAML block": ("application/yaml", _text("secret: |\n  SECRET\nname: x\n")),
    "YAML as text": (TEXT, _text('client_secret: "SECRET"\nname: x\n')),
    "INI": (TEXT, _text("[db]\nuser = ada\npassword = SECRET\n")),
    "dotenv": (TEXT, _text("DEBUG=1\nexport DB_PASSWORD='SECRET'\n")),
    "properties": (TEXT, _text("spring.datasource.password=SECRET\n")),
    "TOML": ("application/toml", _text('[a]\napi_key = "SECRET"\n')),
    "CSV": ("text/csv", _text("id,name,api_key\n1,ada,SECRET\n")),
    "CSV with semicolons": ("text/csv", _text('id;password;name\n1;"SECRET";ada\n')),
    "netrc": (TEXT, _text("machine a.example.org login ada password SECRET\n")),
    "a form as text": (TEXT, _text("user=ada&password=SECRET")),
    "a form without a type": ("", _text("grant_type=password&username=ada&password=SECRET")),
    "multipart": ("multipart/form-data; boundary=b", _text(_MULTIPART)),
    "multipart with a picture": (
        "multipart/form-data; boundary=b",
        lambda secret: (
            _MULTIPART.replace("SECRET", secret).encode().replace(b"PICTURE", b"\x89PNG\xff\x00\xfe")
        ),
    ),
    "multipart with JSON": (
        "multipart/related; boundary=b",
        _text('--b\r\nContent-Type: application/json\r\n\r\n{"api_key": "SECRET"}\r\n--b--'),
    ),
    "GraphQL literal": (JSON, _text('{"query": "mutation { login(password: \\"SECRET\\") { id } }"}')),
    "GraphQL block string": (JSON, _text('{"query": "mutation { a(secret: \\"\\"\\"SECRET\\"\\"\\") }"}')),
    "GraphQL list": (JSON, _text('{"query": "mutation { a(apiKeys: [\\"SECRET\\"]) }"}')),
    "GraphQL variable": (
        JSON,
        _text('{"query": "mutation A($i: In!) { a(i: $i) }", "variables": {"i": {"password": "SECRET"}}}'),
    ),
    "GraphQL bound variable": (
        JSON,
        _text('{"query": "mutation A($p: String!) { a(password: $p) }", "variables": {"p": "SECRET"}}'),
    ),
    "GraphQL document": (
        "application/graphql",
        _text('mutation { login(user: "ada", password: "SECRET") { id } }'),
    ),
    "GraphQL default value": (
        JSON,
        _text('{"query": "mutation A($p: String = \\"SECRET\\") { a(password: $p) { id } }"}'),
    ),
    "GraphQL variables as a text": (
        JSON,
        _text('{"query": "query A($p: String) { a(pass: $p) }", "variables": "{\\"p\\": \\"SECRET\\"}"}'),
    ),
    "GraphQL in a form": (
        FORM,
        _text("query=query(%24p%3AString)%7Ba(password%3A%24p)%7D&variables=%7B%22p%22%3A%22SECRET%22%7D"),
    ),
    "base64 of INI": (JSON, _encoded("[db]\npassword = SECRET\n")),
    "base64 of CSV": (JSON, _encoded("user,password\nada,SECRET\n")),
    "CSV behind a comment": ("text/csv", _text("# export\nuser,password\nada,SECRET\n")),
    "JSON in CSV": ("text/csv", _text('id,payload\n1,"{""password"": ""SECRET""}"\n')),
    "hexadecimal digits of JSON": (JSON, _in_hex),
    "a setting of a command": (JSON, _text('{"cmd": "aws configure set aws_secret_access_key SECRET"}')),
    "a password of MongoDB": (JSON, _text('{"cmd": "mongosh -u ada -p SECRET --host x"}')),
    "a password of an archive": (JSON, _text('{"cmd": "7z a -pSECRET x.7z y"}')),
    "a quoted password of sshpass": (JSON, _text('{"cmd": "sshpass -p \'SECRET\' ssh ada@b"}')),
    "a password of Oracle": (JSON, _text('{"url": "jdbc:oracle:thin:ada/SECRET@db.example.org:1521:x"}')),
    "a property's name and value": (
        JSON,
        _text('[{"propertyName": "clientSecret", "propertyValue": "SECRET"}]'),
    ),
    "a parameter of a stack": (JSON, _text('[{"ParameterKey": "DbPassword", "ParameterValue": "SECRET"}]')),
    "a field with a purpose": (JSON, _text('{"purpose": "PASSWORD", "label": "x", "value": "SECRET"}')),
    "a password of a router": (TEXT, _text("username ada password 0 SECRET\n")),
    "a call that sets": ("application/javascript", _text('client.setApiKey("SECRET")')),
    "an object of YAML on one line": ("application/yaml", _text("- {name: api_key, value: SECRET}\n")),
    "a serialized value of PHP": (TEXT, _in_php),
    "YAML with a mark before the key": ("application/yaml", _text("? db_password\n: SECRET\nuser: ada\n")),
    "passwords of users in YAML": (
        "application/yaml",
        _text("#cloud-config\nchpasswd:\n  list: |\n    root:SECRET\n"),
    ),
    "base64 of passwords of users": (JSON, _encoded("chpasswd:\n  list: |\n    root:SECRET\n")),
    "a password for chpasswd": (JSON, _text('{"cmd": "echo root:SECRET | sudo chpasswd"}')),
    "a password that Terraform made": (
        JSON,
        _text('{"type": "random_password", "instances": [{"attributes": {"result": "SECRET"}}]}'),
    ),
    "a secret of Kubernetes": (JSON, _text('{"kind": "Secret", "stringData": {"conf": "SECRET"}}')),
    "a secret of Kubernetes in YAML": (
        "application/yaml",
        _text("apiVersion: v1\nkind: Secret\nstringData:\n  conf: SECRET\n"),
    ),
    "YAML of value and name": ("application/yaml", _text("env:\n- value: SECRET\n  name: DB_PASSWORD\n")),
    "a text area": ("text/html", _text('<form><textarea name="SAMLResponse">SECRET</textarea></form>')),
    "a cell behind its label": (
        "text/html",
        _text("<table><tr><th>API key</th><td>SECRET</td></tr></table>"),
    ),
    "a list of descriptions": ("text/html", _text("<dl><dt>Password</dt><dd>SECRET</dd></dl>")),
    "an element behind its label": ("text/html", _text("<p>Your API key: <b>SECRET</b></p>")),
    "an element with an id": ("text/html", _text('<html><span id="api_key">SECRET</span></html>')),
    "an element with a class": ("text/html", _text('<html><span class="box api-key">SECRET</span></html>')),
    "an escaped object in a script": (
        "text/html",
        _text('<script>s=JSON.parse("{\\"csrfToken\\":\\"SECRET\\"}")</script>'),
    ),
    "a header that a script sets": (
        "text/html",
        _text('<script>xhr.setRequestHeader("X-Api-Key", "SECRET")</script>'),
    ),
    "an argument of PHP": (TEXT, _text("define('DB_PASSWORD', 'SECRET');\n")),
    "an item of Python": (TEXT, _text("os.environ['DB_PASSWORD'] = 'SECRET'\n")),
    "bytes of Python": (JSON, _text("{\"repr\": \"{b'password': b'SECRET'}\"}")),
    "Digest in a curl command": (
        JSON,
        _text('{"doc": "curl -H \'Authorization: Digest username=\\"a\\", response=\\"SECRET\\"\' x.org"}'),
    ),
    "a cookie of a curl command": (JSON, _text('{"doc": "curl -b \'foo=SECRET\' https://a.example.org"}')),
    "a password of httpie": (JSON, _text('{"doc": "http -a ada:SECRET POST a.example.org"}')),
    "a password of a registry": (JSON, _text('{"doc": "docker login -u a -p SECRET r.example.org"}')),
    "a password of a directory": (JSON, _text('{"doc": "ldapsearch -D cn=a -w SECRET -b x"}')),
    "Markdown": (JSON, _text('{"doc": "**Password:** `SECRET`"}')),
    "a key of PuTTY": (
        TEXT,
        _text("PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 1\nSECRETSECRET\nPrivate-MAC: 00\n"),
    ),
    "a code grant": (
        JSON,
        _text('{"grant_type": "authorization_code", "code": "SECRET", "client_id": "web"}'),
    ),
    "a URL in JSON": (JSON, _text('{"next": "https://a.example.org/x?after=1&access_token=SECRET"}')),
    "a pre-signed URL": (
        JSON,
        _text('{"url": "https://b.s3.example.org/k?X-Amz-Expires=60&X-Amz-Signature=SECRET"}'),
    ),
    "a URL with a password": (JSON, _text('{"dsn": "postgresql://ada:SECRET@db.example.org:5432/shop"}')),
    "a URL in a text": (JSON, _text('{"note": "see https://a.example.org/?token=SECRET for more"}')),
    "a connection string": (JSON, _text('{"value": "Server=db;User Id=ada;Password=SECRET;Encrypt=yes"}')),
    "a storage connection string": (
        JSON,
        _text('{"c": "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=SECRET;E=b"}'),
    ),
    "a command line": (JSON, _text('{"cmd": "deploy --user ada --password SECRET --force"}')),
    "a curl command": (
        JSON,
        _text('{"doc": "curl -H \'Authorization: Bearer SECRET\' https://a.example.org"}'),
    ),
    "an environment": (JSON, _text('{"env": ["A=1", "AWS_SECRET_ACCESS_KEY=SECRET"]}')),
    "an otpauth URL": (JSON, _text('{"uri": "otpauth://totp/shop:ada?secret=SECRET&issuer=shop"}')),
    "a log line": (JSON, _text('{"line": "2026-01-01 INFO login token=SECRET ok"}')),
    "a Python dict": (JSON, _text("{\"repr\": \"{'password': 'SECRET', 'a': 1}\"}")),
    "base64 of JSON": (JSON, _encoded('{"client_secret": "SECRET"}')),
    "base64 of a configuration": (JSON, _encoded("user=ada\npassword=SECRET\n")),
    "base64 of user and password": (
        JSON,
        lambda secret: _json({"auth": base64.b64encode(f"ada:{secret}".encode()).decode()}),
    ),
    "a private key": (
        JSON,
        lambda secret: _json(
            {"pem": f"-----BEGIN PRIVATE KEY-----\n{secret * 3}\n-----END PRIVATE KEY-----\n"}
        ),
    ),
    "an SSH key": (
        TEXT,
        lambda secret: (
            f"-----BEGIN OPENSSH PRIVATE KEY-----\n{secret * 3}\n-----END OPENSSH PRIVATE KEY-----".encode()
        ),
    ),
    "a cut-off key": (JSON, lambda secret: _json({"log": f"-----BEGIN RSA PRIVATE KEY-----\n{secret * 2}"})),
    "a JWT": (JSON, lambda secret: _json({"note": f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.{secret}"})),
    "a compressed file": ("application/gzip", lambda secret: gzip.compress(_json({"password": secret}))),
    "UTF-16": (
        "application/json; charset=utf-16",
        lambda secret: json.dumps({"password": secret}).encode("utf-16"),
    ),
    "Latin-1": (
        "application/json; charset=latin-1",
        lambda secret: f'{{"n": "Zoë", "password": "{secret}"}}'.encode("latin-1"),
    ),
    "a byte order mark": (JSON, lambda secret: b"\xef\xbb\xbf" + _json({"password": secret})),
    "a HAR": (
        JSON,
        _text('{"log": {"entries": [{"request": {"headers": [{"name": "X-Api-Key", "value": "SECRET"}]}}]}}'),
    ),
    "a Kubernetes variable": (JSON, _text('{"env": [{"name": "DB_PASSWORD", "value": "SECRET"}]}')),
    "an error's echo": (JSON, _text('{"error": "invalid request: {\\"password\\": \\"SECRET\\"}"}')),
    "tokens by kind": (JSON, _text('{"tokens": {"access": "SECRET", "refresh": "x"}}')),
    "an echo of a header": (JSON, _text('{"headers": {"Authorization": "Bearer SECRET", "Host": "x"}}')),
    "an echo of cookies": (JSON, _text('{"headers": {"Cookie": "lang=de; _my_app=SECRET"}}')),
    "a raw request": (TEXT, _text("GET /x HTTP/1.1\r\nHost: a\r\nAuthorization: Basic SECRET\r\n\r\n")),
    "a user on a command line": (JSON, _text('{"cmd": "curl -u ada:SECRET https://x.example.org"}')),
    "a data source": (JSON, _text('{"dsn": "root:SECRET@tcp(127.0.0.1:3306)/shop"}')),
    "a JDBC URL": (JSON, _text('{"url": "jdbc:mysql://h/db?user=a&password=SECRET"}')),
    "an unquoted HTML attribute": (
        "text/html",
        _text("<form><input type=hidden name=csrf_token value=SECRET></form>"),
    ),
    "an HTML comment": ("text/html", _text("<html><!-- api_key=SECRET --></html>")),
    "JSON in an attribute": (
        "text/html",
        _text('<div data-props="{&quot;apiKey&quot;:&quot;SECRET&quot;}"></div>'),
    ),
    "YAML of name and value": ("application/yaml", _text("env:\n- name: DB_PASSWORD\n  value: SECRET\n")),
    "YAML flow": ("text/yaml", _text("db: {user: ada, password: SECRET}\n")),
    "a sensitive output": (JSON, _text('{"outputs": {"x": {"value": "SECRET", "sensitive": true}}}')),
    "a masked variable": (JSON, _text('{"key": "FOO", "value": "SECRET", "masked": true}')),
    "a parameter store": (
        JSON,
        _text('{"Name": "/prod/db/password", "Type": "SecureString", "Value": "SECRET"}'),
    ),
    "a JSON Web Key": (JSON, _text('{"kty": "RSA", "n": "x", "e": "AQAB", "d": "SECRET"}')),
    "SQL": (JSON, _text('{"sql": "CREATE USER a IDENTIFIED BY \'SECRET\'"}')),
    "a sentence": (JSON, _text('{"text": "Your temporary password is SECRET"}')),
    "a password file": (TEXT, _text("db.example.org:5432:shop:ada:SECRET\n")),
    "PowerShell": (TEXT, _text('$env:API_KEY = "SECRET"\n')),
    "a Dockerfile": (TEXT, _text("FROM x\nENV API_KEY SECRET\n")),
    "a pair in a list": (JSON, _text('[["password", "SECRET"], ["a", "b"]]')),
    "a data URL": (
        JSON,
        lambda secret: _json(
            {"u": "data:application/json;base64," + base64.b64encode(_json({"password": secret})).decode()}
        ),
    ),
    "base64 in base64": (
        JSON,
        lambda secret: _json({"s": base64.b64encode(base64.b64encode(_json({"password": secret}))).decode()}),
    ),
    "a guarded answer": (JSON, _text(')]}\',\n{"token": "SECRET"}')),
    "a sequence of documents": ("application/json-seq", _text('\x1e{"token": "SECRET"}\n')),
    "a typed value": (JSON, _text('{"Item": {"password": {"S": "SECRET"}}}')),
    "a printed object": (JSON, _text('{"e": "Config(api_key=\'SECRET\', debug=True)"}')),
    "a file in a form": (
        "multipart/form-data; boundary=b",
        _text(
            '--b\r\nContent-Disposition: form-data; name="f"; filename="a.env"\r\n\r\nDB_PASSWORD=SECRET\r\n--b--'
        ),
    ),
    "a signed upload": (JSON, _text('{"timestamp": 1, "api_key_id": "x", "signature": "SECRET"}')),
}


def _codes() -> Iterator[Case]:
    for name in (
        "pin",
        "otp",
        "cvv",
        "cvc",
        "cvv2",
        "security_code",
        "verification_code",
        "mfa_code",
        "totp",
        "sms_code",
    ):
        code = "492817" if name not in {"cvv", "cvc", "cvv2"} else "731"
        yield Case(f"code {name}", code, body=_json({name: code}))
        yield Case(f"number {name}", code, body=_json({name: int(code)}))
    yield Case("header X-GitHub-OTP", "492817", headers=(("X-GitHub-OTP", "492817"),))
    yield Case("code in a sentence", "491723", body=_json({"text": "Your verification code is 491723."}))
    for text in (
        "Your verification code is: 491723",
        "Your OTP is 491723.",
        "Use code 491723 to sign in",
        "G-491723 is your Example verification code.",
    ):
        yield Case(f"code in {text}", "491723", body=_json({"text": text}))
    yield Case("code in two halves", "491-723", body=_json({"text": "Your login code: 491-723"}))
    yield Case("code for a phone", "491723", body=_json({"phone": "+49 30 1", "code": "491723"}))
    yield Case("card", "4111111111111111", body=_json({"card": {"number": "4111111111111111"}}))
    yield Case("card in groups", "4111 1111 1111 1111", body=_json({"note": "paid by 4111 1111 1111 1111"}))


def _provider_tokens() -> Iterator[Case]:
    for form in FORMS:
        token = expand_example(form.example)
        match = form.form.search(token)
        secret = token
        if match is not None:
            secret = next((group for group in match.groupdict().values() if group), "") or match.group()
        yield Case(f"token {form.kind}", secret, body=_json({"note": f"see {token}"}))
        yield Case(f"token {form.kind} in lines", secret, body=f"a\tb\n{token}\n".encode(), content_type=TEXT)
