"""Redshift's control planes through boto3, with the secrets and subnets of the same LocalStack."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def clients(localstack, make_client):
    return lambda service: make_client(service, localstack.endpoint)


@pytest.fixture
def serverless(clients):
    """Redshift Serverless, with a namespace and a workgroup, which go afterwards."""
    client = clients("redshift-serverless")
    client.create_namespace(
        namespaceName="sales", adminUsername="boss", manageAdminPassword=True, dbName="dev"
    )
    client.create_workgroup(workgroupName="reports", namespaceName="sales", baseCapacity=8)
    yield client
    client.delete_workgroup(workgroupName="reports")
    client.delete_namespace(namespaceName="sales")


def test_workgroup_lives_in_the_accounts_own_vpc_and_leads_to_the_stand_in(serverless, clients):
    found = serverless.get_workgroup(workgroupName="reports")["workgroup"]
    assert found["status"] == "AVAILABLE"
    assert (found["endpoint"]["address"], found["endpoint"]["port"]) == ("localhost", 5440)
    subnets = clients("ec2").describe_subnets(SubnetIds=found["subnetIds"])["Subnets"]
    assert {subnet["VpcId"] for subnet in subnets} == {
        found["endpoint"]["vpcEndpoints"][0]["vpcId"]
    }


def test_managed_password_is_a_secret_until_the_namespace_goes(clients):
    client, manager = clients("redshift-serverless"), clients("secretsmanager")
    made = client.create_namespace(namespaceName="books", manageAdminPassword=True)["namespace"]
    kept = manager.get_secret_value(SecretId=made["adminPasswordSecretArn"])
    assert kept["Name"] == "redshift!books-admin"
    assert json.loads(kept["SecretString"]).keys() == {"username", "password"}
    client.delete_namespace(namespaceName="books")
    with pytest.raises(manager.exceptions.ResourceNotFoundException):
        manager.get_secret_value(SecretId=made["adminPasswordSecretArn"])


def test_errors_are_the_modelled_exceptions(serverless):
    with pytest.raises(serverless.exceptions.ConflictException, match="already"):
        serverless.create_namespace(namespaceName="sales")
    with pytest.raises(serverless.exceptions.ResourceNotFoundException, match="nowhere"):
        serverless.get_workgroup(workgroupName="nowhere")
    with pytest.raises(serverless.exceptions.ValidationException, match="not 9"):
        serverless.update_workgroup(workgroupName="reports", baseCapacity=9)


def test_what_is_not_emulated_is_refused_by_name(clients):
    with pytest.raises(ClientError, match="CreateSnapshot of redshift-serverless is known"):
        clients("redshift-serverless").create_snapshot(namespaceName="sales", snapshotName="s")
    with pytest.raises(ClientError, match="PauseCluster of redshift is known") as caught:
        clients("redshift").pause_cluster(ClusterIdentifier="c")
    assert caught.value.response["Error"]["Code"] == "OperationNotSupportedException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_cluster_is_waited_for_and_deleted(clients):
    client = clients("redshift")
    made = client.create_cluster(
        ClusterIdentifier="warehouse",
        NodeType="ra3.large",
        MasterUsername="boss",
        ManageMasterPassword=True,
    )["Cluster"]
    assert made["ClusterStatus"] == "creating"
    client.get_waiter("cluster_available").wait(
        ClusterIdentifier="warehouse", WaiterConfig={"Delay": 1, "MaxAttempts": 2}
    )
    [found] = client.describe_clusters(ClusterIdentifier="warehouse")["Clusters"]
    assert found["Endpoint"] == {"Address": "localhost", "Port": 5440}
    client.delete_cluster(ClusterIdentifier="warehouse", SkipFinalClusterSnapshot=True)
    with pytest.raises(client.exceptions.ClusterNotFoundFault, match="warehouse not found"):
        client.describe_clusters(ClusterIdentifier="warehouse")


class _Control(BaseHTTPRequestHandler):
    """The control port of a stand-in, which remembers what it was told."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.told.append((self.headers["Authorization"], self.path, body))
        self.send_response(201)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        """Keep the test's output clean."""


@pytest.fixture
def control(control_port):
    server = ThreadingHTTPServer(("127.0.0.1", control_port), _Control)
    server.told = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_credentials_are_told_to_the_stand_in(serverless, control):
    given = serverless.get_credentials(workgroupName="reports")
    assert given["dbUser"] == "IAM:root"
    [(token, path, body)] = control.told
    assert (token, path) == ("Bearer token-of-the-tests", "/passwords")
    assert body == {
        "user": "root",
        "password": given["dbPassword"],
        "duration_seconds": 900,
        "auto_create": True,
    }


def test_stand_in_that_is_away_is_named(serverless):
    with pytest.raises(ClientError, match=r"does not answer .* `lochan up`") as caught:
        serverless.get_credentials(workgroupName="reports")
    assert caught.value.response["Error"]["Code"] == "ServiceUnavailable"
