"""What the recordings of other projects hold that only looks like a secret stays, and so do their masks."""

from __future__ import annotations

import json

import pytest
from pactape.cassettes.scrubbing.detection.second_look import possible_secrets
from pactape.cassettes.scrubbing.replacing.placeholders import is_mask
from pactape.cassettes.scrubbing.scrubber import Scrubber

PUBLIC_KEY = (
    "LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUlJQklqQU5CZ2txaGtpRzl3MEJBUUVGQUFPQ0FROEFNSUlCQ2dLQ0FRRUE="
)
DOCUMENTS: dict[str, object] = {
    "permissions on the secrets of a vault": {"permissions": {"secrets": ["Get", "List", "Set", "Purge"]}},
    "permissions of an application": {"permissions": {"secrets": "write", "organization_secrets": "read"}},
    "two permissions in a list": ["iam.serviceAccounts.getAccessToken", "pubsub.topics.publish"],
    "two scopes in a list": ["write:token", "read:user"],
    "a public key as a PEM in base64": {"publicKey": {"format": "PEM", "key": PUBLIC_KEY}},
    "the public keys of users": {
        "key": "ssh-keys",
        "value": f"ada:ssh-rsa {'AAAAB3NzaC1yc2E' * 8} ada@a.test",
    },
    "the path of a file in a storage": {
        "storage_key": "c108269c-cf1e-4ac6-a7e4-5a456cc9fdb7/12202af5-fb12-4f17-a1e9-687be9f20c83.txt"
    },
    "a resource's name of a cloud": {
        "resource_key_crn": "crn:v1:bluemix:public:cloud-object-storage:global:a/d756617575ff631f32abc:029fd::"
    },
    "the name of a test's object": {
        "name": "test_0785b5d7ea814594aa9f173026092513",
        "id": "test_disk1_0785b5d7ea814594aa9f17302609",
    },
    "a statement of a policy": {
        "Sid": "costs-166556184400000044460-97826-13",
        "Effect": "Allow",
        "Action": "s3:Get*",
    },
    "the key of a site": {"recaptchaKey": "6LfM3LcZAAAAAOB7hS7Anfwf7COdA6Li3Xj6k_Wf"},
    "a sentence after a name": {"password": ". This skips HTTP basic auth."},
    "a private host name": {
        "privateFQDN": "asdf-dns-tqbrrx02.c8e1eebf-2cf8-436f.privatelink.eastus.azmk8s.io"
    },
    "the algorithm of a password's hash": {"password_hash": "SHA256", "password_encryption": "scram-sha-256"},
    "the reasoning of a language model": {"encrypted_content": f"gAAAAABo{'aB3dE5fG7h' * 30}=="},
    "the number of a public key": {
        "credentials": {"signing": {"kid": "sALQDM5PBTRR6dsVDGloCQexOBDrJNwQmFiZuWur7eo", "use": "sig"}}
    },
    "public keys below credentials": {
        "credentials": {"jwks": {"keys": [{"kty": "RSA", "n": "aB3dE5fG7hI9" * 9}]}}
    },
    "public keys in a list": {"public_keys": [{"key_id": "1", "key": "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW"}]},
    "the fingerprint of a key": {"encryption_key": {"thumbprint_sha256": "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW"}},
    "kinds of grants": {"grant_types": ["authorization_code", "urn:ietf:params:oauth:grant-type:jwt-bearer"]},
    "the number of a set of credentials": {"credential": 1153, "results": [{"credential": 1154}]},
    "public keys in tags": [f"AUTHORIZED_KEY=ssh-ed25519_{'AAAAC3Nza' * 6}_key{number}" for number in (1, 2)],
    "the public key of a repository": {
        "key_id": "568250167242549743",
        "key": "rHXYIm/JzMRLsG6814/8GKmJRlSYQh7FIOdCvHNODys=",
    },
    "the keys of references": {
        "reference": [{"key": "2022051913474112900_j_a-2022-0001_ref_001", "DOI": "10.1/x"}]
    },
    "certificates below credentials": {
        "credentials": {
            "certificate": "MIIC+jCCAeKgAwIBAgIJVzQmJwPZB9FvMA0GCSqG",
            "x5c": ["MIIC+jCCAeKgAwIBAgIJVzQmJwPZB9Fv"],
        }
    },
    "variables of a program in a list": {"client_key": ["req.http.Fastly-Client-IP"]},
    "the image of a cookie": {"cookie": "https://a.test/images/cookie.png?v5=1", "cookies": 3},
    "a file that is named after an identifier": {
        "path": "src/__files/mapping-api-891820f6-7cd7-437a-8ec1-16c3e76c53ec.json"
    },
    "expressions of templates": {
        "adminPassword": "[parameters('adminPassword')]",
        "password": "$encrypted$",
        "api_key": "##MAIL_API_KEY##",
    },
    "a masked key": {"httpAuthorization": f"AKIA{'X' * 16}"},
    "a company's name": {"mapping": [{"idp": "id", "auth0": "isEnforcedIn2Sv"}]},
    "the names of keys": {"ssh_keys": ["home-pc", "laptop"]},
    "the name of a module": {"module_spec": "nextcloud:23:820220801190052:nx4:x86_64"},
    "the version of a Go module": {"session_module": "v0.0.0-20190308221718-c2843e01d9a2"},
    "prose with commas": "Exchange it for\nan access token and a refresh token, which you use for\nown APIs.",
}
#: As the API of Kubernetes describes programs, quotas and templates.
DESCRIBED: dict[str, object] = {
    "options with their values": [
        "--kubeconfig=/etc/origin/a.kubeconfig",
        "--policy-config-file=",
        "--tls-private-key-file=/etc/tls/tls.key",
        "--config-file=/etc/proxy/config-file.yaml",
    ],
    "two options": ["--kubeconfig=/etc/origin/a.kubeconfig", "--policy=x1y2z3a4b5c6d7"],
    "an option without a value": ["--password-stdin", "--registry-url=https://a.test/q8Zr1LmX0vTy7PbK"],
    "names of secrets in options": "run --secrets=etcd-all-peer --cert-secrets user-serving-cert-000",
    "names of secrets": {"secrets": ["db-credentials", "tls-cert"]},
    "a quota of secrets": {"hard": {"secrets": "10"}, "used": {"secrets": "9"}},
    "a path in a template": {"annotations": {"expose-password": "{.data['database-password']}"}},
    "a variable behind an option": "mongo 127.0.0.1:27017/$DB -u $MONGODB_USER -p $MONGODB_PASSWORD",
    "the output of a command": "SERVICE_TOKEN=$(cat /var/run/secrets/token)\nA=1\n",
    "a version of a program": "armada-storage-secret: v1.1.0 and more",
    "an image with its digest": f"oauth-proxy: quay.io/release/ocp-v4.0-art-dev@sha256:{'1d58' * 16}",
    "variables of a script": 'f() {\n local db_root_password="$2"\n use --license_key $license_key\n}\n',
    "a password that a script makes": 'rand_pw="$(openssl rand -hex 12)"\napi_token=`cat /run/token`\n',
    "an option before another one": "adduser user --disabled-password --gecos user",
    "a configuration without a password": "password: # none\ntoken_password: # none\n",
    "a document in a script": "cat > /etc/a <<EOM\n"
    + "myip=$(hostname -I) # password\nexport NOMAD=1\n" * 3
    + "EOM\n",
    "a public key as a tag": "AUTHORIZED_KEY=ssh-ed25519_AAAAC3NzaC1lZDI1NTE5AAAAICC_GwZzzlDeSKN6SliDqfRIUp7u_key1",
    "a description of a parameter": "Parameters:\n- domainPasswd: Password for the domain account\n- ou: OU=a\n",
    "descriptions of keys": "remote_ssh_keys: public keys to be put in the home\n\nremote_user: a user\n",
    "versions of plug-ins": "ssh-credentials:291.v8211e4f8efb_c\nauthentication-tokens:1.4\n",
    "a mask in angle brackets": '+{"Authorization": "Basic <BASIC_AUTH>"}, "method": "GET"}, <a href="b">\n',
    "two lines of an error": [
        "remote: Invalid user or password.",
        "fatal: can't read 'http://$a$:$b$@a.test/'",
    ],
    "two variables of a script": 'local -r db_root_password="$1" db_name="$2"\nA=1\n',
    "a path at a line's end": "- run \\\n  --kubeconfig=/etc/kubernetes/static-pod/kubeconfig \\\n  --v=2\n",
}
TEXTS: dict[str, str] = {
    "a script": '<script>f(s.id=r+"q8Zr1LmX0vTy7",e);s.id="row";var DATOKEN="DAToken"</script>',
    "numbers of errors": "<script>var c={InvalidPassword:50126,ExpiredOneTimePasscode:'50182'}</script>",
    "an image of Windows": '<unattend><settings pass="windowsPE"><a/></settings></unattend>',
    "a certificate whose lines look like keys": "-----BEGIN CERTIFICATE-----\nMIIELTCCApWgAwIBAgIRAKqNtZ"
    f"{'Cq5L' * 9}Ab\n{'aB3dE5fG' * 8}\n{'hI9jK1lM' * 8}\n"
    "AQEBBQADggGPADCCAYoCggGBAJhNyJ40L0K7Ork9sR7HhDaBfLl0mGoOSZV3BSDa\n-----END CERTIFICATE-----\n",
}
HEADERS: dict[str, str] = {
    "x-ms-resource-usage": "triggers=0;clientEncryptionKeys=20;collectionSize=0;",
    "X-Accepted-Github-Permissions": "secrets=read,environments=read",
    "Azureml-Model-Session": "d20260330170902-0e618f323d34",
    "Authorization": "Basic ",
    "X-GitHub-OTP": "required; app",
    "x-ratelimit-reset-tokens": "req_b176c7aa266e48aa8eff647b6b309bb8",
    "Report-To": '{"endpoints":[{"url":"https://nel.example.com/r?s=k%2BaB3dE5fG7hI9&sid=1b10b0ff-8a76-4548-befa-353fc6c6c045"}]}',
    "Reporting-Endpoints": 'nel="https://nel.example.com/r?s=k%2B&sid=1b10b0ff-8a76-4548-befa-353fc6c6c045"',
}

POSSIBLE: dict[str, str] = {
    "a token of a page": '{"PaginationToken": "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW"}',
    "the number of a request": '{"serverrequestid": "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW"}',
    "the date of a change": '{"lastPasswordChangeDateTime": "2016-07-28T19:34:50Z"}',
    "the identifier of a key": '{"api_key_id": "78cd6067-45ed-4e5c-85ba-1e1eca66e660"}',
    "the name of a secret's version": '{"apiKeySecretVersionName": "projects/167984947943/secrets/k1/versions/3"}',
    "a document in base64": '{"bytes": "eyJwIjoiYWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXpBQkNERUZHSElKSyJ9"}',
}
MASKS = ["<<ACCESS_TOKEN>>", "<%= ENV['API_KEY'] %>", "<<<TOKEN>>>"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_only_looks_like_one_with_secrets_stays(name: str) -> None:
    body = json.dumps(DOCUMENTS[name]).encode()
    assert Scrubber().body(body, "application/json") == body


@pytest.mark.parametrize("name", DESCRIBED)
def test_a_description_of_a_program_stays(name: str) -> None:
    body = json.dumps({"spec": DESCRIBED[name]}).encode()
    assert Scrubber().body(body, "application/json") == body


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_only_looks_like_one_with_secrets_stays(name: str) -> None:
    body = TEXTS[name].encode()
    assert Scrubber().body(body, "text/html") == body


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_only_looks_like_one_with_secrets_stays(name: str) -> None:
    assert Scrubber().header(name, HEADERS[name]) == HEADERS[name]


@pytest.mark.parametrize("name", POSSIBLE)
def test_what_is_harmless_is_not_a_possible_secret(name: str) -> None:
    assert list(possible_secrets(POSSIBLE[name])) == []


@pytest.mark.parametrize("mask", MASKS)
def test_a_mask_in_a_template_s_marks_stays(mask: str) -> None:
    assert is_mask(mask)
    assert Scrubber().header("Authorization", f"token {mask}") == f"token {mask}"


@pytest.mark.parametrize("header", ["", "Content-Type: text/plain\r\n"], ids=["no type", "a wrong type"])
def test_a_file_that_is_no_text_keeps_its_bytes_in_a_form(header: str) -> None:
    picture = b"GIF89a@\x01\xf0\x00" + bytes(range(256)) * 20 + b"password=\x80q8Zr1LmX0v;\xff a&b=c\n"
    body = (
        f'--b\r\nContent-Disposition: form-data; name="media"; filename="a.gif"\r\n{header}\r\n'.encode()
        + picture
        + b"\r\n--b--\r\n"
    )
    assert Scrubber().body(body, "multipart/form-data; boundary=b") == body
