"""Which operations of ECS and EC2 are answered: what is declared is kept, and nothing runs.

Pure, for the documentation reads it too.
"""

ECS_BY_MOTO = (
    # clusters
    *("CreateCluster", "DescribeClusters", "ListClusters", "UpdateCluster", "DeleteCluster"),
    *("PutClusterCapacityProviders", "DescribeCapacityProviders"),
    # task definitions
    *("RegisterTaskDefinition", "DescribeTaskDefinition", "DeregisterTaskDefinition"),
    *("ListTaskDefinitions", "ListTaskDefinitionFamilies", "DeleteTaskDefinitions"),
    # services, whose tasks are always pending
    *("ListServices", "DeleteService", "ListTasks", "DescribeTasks"),
    # tags and settings
    *("TagResource", "UntagResource", "ListTagsForResource"),
    *("PutAccountSetting", "ListAccountSettings", "DeleteAccountSetting"),
)
# By moto too, with what it forgets.
ECS_MENDED = ("CreateService", "UpdateService", "DescribeServices")

# LocalStack would answer that a machine is running.
EC2_REFUSED = (
    *("RunInstances", "StartInstances", "RebootInstances", "RunScheduledInstances"),
    *("RequestSpotInstances", "RequestSpotFleet", "CreateFleet"),
    *("GetConsoleOutput", "GetConsoleScreenshot", "GetPasswordData"),
    *("ImportImage", "ImportInstance", "ImportSnapshot", "ExportImage"),
)
