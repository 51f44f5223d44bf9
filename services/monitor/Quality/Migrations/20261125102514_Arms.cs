using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.Monitor.Quality.Migrations
{
    /// <inheritdoc />
    public partial class Arms : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropPrimaryKey(
                name: "pk_quality_windows",
                table: "quality_windows");

            migrationBuilder.AddColumn<string>(
                name: "arm",
                table: "quality_windows",
                type: "text",
                nullable: false,
                defaultValue: "champion");

            migrationBuilder.AddColumn<long>(
                name: "compared",
                table: "quality_windows",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "failures",
                table: "quality_windows",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<double>(
                name: "overlap",
                table: "quality_windows",
                type: "double precision",
                nullable: false,
                defaultValue: 0.0);

            migrationBuilder.AddPrimaryKey(
                name: "pk_quality_windows",
                table: "quality_windows",
                columns: new[] { "store", "model", "version", "arm", "start" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropPrimaryKey(
                name: "pk_quality_windows",
                table: "quality_windows");

            migrationBuilder.DropColumn(
                name: "arm",
                table: "quality_windows");

            migrationBuilder.DropColumn(
                name: "compared",
                table: "quality_windows");

            migrationBuilder.DropColumn(
                name: "failures",
                table: "quality_windows");

            migrationBuilder.DropColumn(
                name: "overlap",
                table: "quality_windows");

            migrationBuilder.AddPrimaryKey(
                name: "pk_quality_windows",
                table: "quality_windows",
                columns: new[] { "store", "model", "version", "start" });
        }
    }
}
