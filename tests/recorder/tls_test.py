#!/usr/bin/env python3
"""A target behind TLS: trusted when its certificate is, refused when it is not."""
import json
import os
import subprocess
import tempfile
import unittest

import wire as w
from harness import RECORD, RecorderCase


class Tls(RecorderCase):
    @classmethod
    def setUpClass(cls):
        cls.certificates = tempfile.TemporaryDirectory()
        certificate, key = (os.path.join(cls.certificates.name, name) for name in ("cert", "key"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-days", "2", "-subj", "/CN=test", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)
        super().setUpClass(certificate, key, scheme="https")
        os.environ["SSL_CERT_FILE"] = certificate

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.certificates.cleanup()

    def test_requests_and_sockets(self):
        recorder = self.record()
        wire, first, headers = w.request(recorder.port, "POST /reflect HTTP/1.1\nHost: localhost\n"
                                                        "Content-Length: 3\n", b"abc")
        self.assertIn(" 200 ", first)
        told = json.loads(b"".join(wire.body(headers)))
        self.assertEqual((told["bytes"], w.header(told["headers"], "X-Forwarded-Proto")), (3, "http"))
        wire, first, _, key = w.open_socket(recorder.port, "/echo/")
        self.assertIn(" 101 ", first)
        payload = bytes(range(256)) * 4096
        wire.send(w.frame(w.BINARY, payload, mask=True) + w.frame(w.TEXT, b"and", mask=True))
        self.assertEqual(wire.frame(), (True, w.BINARY, payload, False))
        self.assertEqual(wire.frame(), (True, w.TEXT, b"and", False))
        wire.send(w.frame(w.CLOSE, b"\x03\xe8", mask=True))
        self.assertEqual(wire.frame()[1], w.CLOSE)
        self.assertEqual(recorder.wait(), 0)
        self.assertEqual([step["type"] for step in recorder.steps()],
                         ["REQ_POST", "WS_OPEN", "WS_SEND", "WS_SEND", "WS_RECV", "WS_RECV", "WS_CLOSE"])

    def test_certificate_that_nobody_trusts(self):
        done = subprocess.run([RECORD, self.target, "-o", os.path.join(self.folder.name, "x.log")],
                              capture_output=True, text=True, timeout=30,
                              env={**os.environ, "SSL_CERT_FILE": "/dev/null"})
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), done.stderr)
        self.assertIn("certificate", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
