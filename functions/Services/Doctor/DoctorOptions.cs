using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Hosting;

namespace OpenWebUi.Services.Doctor;

/// <summary>Where this process runs: <c>localhost</c> means something else in each place.</summary>
/// <param name="InContainer">A container: .NET's images set DOTNET_RUNNING_IN_CONTAINER, Docker makes <c>/.dockerenv</c>.</param>
/// <param name="InAzure">As <see cref="HostingOptions.InAzure"/>.</param>
internal sealed record DoctorOptions(bool InContainer, bool InAzure)
{
    public static DoctorOptions Read(VariableReader reader, HostingOptions hosting) =>
        new(reader.Text("DOTNET_RUNNING_IN_CONTAINER") is not null || File.Exists("/.dockerenv"), hosting.InAzure);
}
